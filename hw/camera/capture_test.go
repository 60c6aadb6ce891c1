package camera

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/v4l2"
)

const frameTime = 40 * time.Millisecond

// stub is a driver that does as the test says.
type stub struct {
	shots chan shot
	errs  chan error
	woken chan struct{}
	hang  chan struct{} // stop waits for it, if there is one
	ended chan struct{}
}

func newStub() *stub {
	return &stub{shots: make(chan shot), errs: make(chan error), woken: make(chan struct{}, 1), ended: make(chan struct{})}
}

func (s *stub) mode() Mode { return Mode{Format: v4l2.YUYV, Width: 2, Height: 1, Stride: 4} }

func (s *stub) next(limit time.Duration) (shot, error) {
	select {
	case shot := <-s.shots:
		return shot, nil
	case err := <-s.errs:
		return shot{}, err
	case <-s.woken:
		return shot{}, ErrClosed
	case <-time.After(limit):
		return shot{}, errStalled
	}
}

func (s *stub) release(shot) error { return nil }
func (s *stub) wake()              { s.woken <- struct{}{} }

func (s *stub) stop() {
	if s.hang != nil {
		<-s.hang
	}
	close(s.ended)
}

// take hands a frame to the camera.
func (s *stub) take(sequence uint32) {
	s.shots <- shot{data: []byte{byte(sequence), 1, 2, 3}, sequence: sequence, time: time.Duration(sequence) * frameTime}
}

// bubble runs a test with an open camera of a stub, in virtual time.
func bubble(t *testing.T, test func(*testing.T, *stub, Camera)) {
	synctest.Test(t, func(t *testing.T) {
		s := newStub()
		c, err := open(Config{Device: "stub"}, func(Config) (driver, error) { return s, nil })
		if err != nil {
			t.Fatal(err)
		}
		test(t, s, c)
		c.Close()
		<-s.ended
	})
}

func TestFramesComeInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, s *stub, c Camera) {
		var f Frame
		for i := range uint32(5) {
			go s.take(i)
			if err := c.Read(&f); err != nil || f.Sequence != i || f.Data[0] != byte(i) || f.Time != time.Duration(i)*frameTime {
				t.Fatalf("frame %d: %v %+v", i, err, f)
			}
		}
		if got := c.Stats(); got != (Stats{Read: 5}) {
			t.Errorf("%+v", got)
		}
	})
}

func TestALateReaderGetsTheNewest(t *testing.T) {
	bubble(t, func(t *testing.T, s *stub, c Camera) {
		for i := range uint32(4) {
			s.take(i)
		}
		s.take(6)
		synctest.Wait()
		var f Frame
		if err := c.Read(&f); err != nil || f.Sequence != 6 {
			t.Fatalf("%v %+v", err, f)
		}
		if got, want := c.Stats(), (Stats{Read: 1, Late: 4, Missed: 2}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// TestDataStays: what Read gave isn't written to by later frames.
func TestDataStays(t *testing.T) {
	bubble(t, func(t *testing.T, s *stub, c Camera) {
		var f Frame
		s.take(1)
		if err := c.Read(&f); err != nil {
			t.Fatal(err)
		}
		s.take(2)
		s.take(3)
		synctest.Wait()
		if f.Data[0] != 1 {
			t.Errorf("frame 1 became %d", f.Data[0])
		}
	})
}

func TestBrokenFramesAreDropped(t *testing.T) {
	bubble(t, func(t *testing.T, s *stub, c Camera) {
		s.shots <- shot{data: []byte{9, 9, 9, 9}, corrupt: true}
		s.shots <- shot{data: []byte{9, 9, 9}, sequence: 1}
		s.take(2)
		var f Frame
		if err := c.Read(&f); err != nil || f.Sequence != 2 {
			t.Fatalf("%v %+v", err, f)
		}
		if got := c.Stats(); got.Corrupt != 2 {
			t.Errorf("%+v", got)
		}
	})
}

// TestLost: a camera that fails, falls silent or gives nothing of use is lost,
// for each Read from then on.
func TestLost(t *testing.T) {
	for name, lose := range map[string]func(s *stub){
		"unplugged": func(s *stub) { s.errs <- unix.ENODEV },
		"silent":    func(*stub) {},
		"broken": func(s *stub) {
			for range 100 {
				s.shots <- shot{corrupt: true}
				time.Sleep(stallDeadline / 99)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *stub, c Camera) {
				go func() {
					lose(s)
				}()
				for range 2 {
					if err := c.Read(new(Frame)); !errors.Is(err, ErrLost) {
						t.Errorf("read: %v", err)
					}
				}
			})
		})
	}
}

func TestCloseEndsABlockedRead(t *testing.T) {
	bubble(t, func(t *testing.T, s *stub, c Camera) {
		ended := make(chan error)
		go func() { ended <- c.Read(new(Frame)) }()
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
	})
}

// TestADriverThatHangs costs a goroutine, neither Close nor Open.
func TestADriverThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T, s *stub, c Camera) {
		s.hang = make(chan struct{})
		begin := time.Now()
		if err := c.Close(); !errors.Is(err, ErrStuck) || time.Since(begin) != closeDeadline {
			t.Errorf("close: %v after %v", err, time.Since(begin))
		}
		if err := c.Read(new(Frame)); !errors.Is(err, ErrClosed) {
			t.Errorf("read: %v", err)
		}
		close(s.hang)
	})
}

func TestAnOpenThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, release := newStub(), make(chan struct{})
		begin := time.Now()
		_, err := open(Config{Device: "stub"}, func(Config) (driver, error) {
			<-release
			return s, nil
		})
		if !errors.Is(err, ErrStuck) || time.Since(begin) != openDeadline {
			t.Errorf("open: %v after %v", err, time.Since(begin))
		}
		close(release)
		<-s.ended // who comes too late is stopped
	})
}

func TestFailures(t *testing.T) {
	for errno, want := range map[error]error{
		unix.EBUSY: ErrBusy, unix.EACCES: ErrDenied, unix.ENOENT: ErrNotFound, unix.ENODEV: ErrNotFound, unix.ENOTTY: ErrUnsupported,
	} {
		_, err := open(Config{Device: "/dev/video0"}, func(Config) (driver, error) {
			return nil, &fs.PathError{Op: "open", Path: "/dev/video0", Err: errno}
		})
		if !errors.Is(err, want) || !errors.Is(err, errno) || !strings.Contains(err.Error(), "/dev/video0") {
			t.Errorf("%v: %v", errno, err)
		}
	}
}
