package link

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// machine is a network of a test, in a synctest bubble.
type machine struct {
	mu      sync.Mutex
	now     snapshot
	broken  error
	looks   int
	notices chan notice
	closed  chan struct{}
	told    []telling
	begin   time.Time
}

type telling struct {
	after  time.Duration
	change Change
}

func (m *machine) look() (snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	return m.now, m.broken
}

// become changes what the next look finds.
func (m *machine) become(s snapshot, broken error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now, m.broken = s, broken
}

func (m *machine) next() (notice, error) {
	select {
	case n := <-m.notices:
		return n, nil
	case <-m.closed:
		return notice{}, errors.New("closed")
	}
}

func (m *machine) close() error { close(m.closed); return nil }

func with(addrs ...string) snapshot {
	s := snapshot{addresses: map[address]bool{}}
	for _, a := range addrs {
		s.addresses[address{2, netip.MustParsePrefix(a)}] = true
	}
	return s
}

func bubble(t *testing.T, f func(m *machine, w *Watcher)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{now: with("192.0.2.1/24"), notices: make(chan notice), closed: make(chan struct{}), begin: time.Now()}
		w := newWatcher(m.look, func(c Change) { m.told = append(m.told, telling{time.Since(m.begin), c}) })
		w.seen = m.now
		w.close = func() error { err := m.close(); w.running.Wait(); return err }
		w.start(m)
		f(m, w)
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (m *machine) expect(t *testing.T, want ...telling) {
	t.Helper()
	time.Sleep(time.Hour)
	synctest.Wait()
	if !slices.Equal(m.told, want) {
		t.Errorf("told %v, want %v", m.told, want)
	}
}

func TestBurstIsToldOnce(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.become(with("198.51.100.1/24"), nil)
		for range 5 {
			m.notices <- notice{news: look}
			time.Sleep(100 * time.Millisecond)
		}
		m.expect(t, telling{after: 700 * time.Millisecond})
		if m.looks != 1 {
			t.Errorf("looked %d times", m.looks)
		}
	})
}

func TestEndlessBurstIsToldEveryTwoSeconds(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		for i := range 45 {
			m.become(with(netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 2)}), 24).String()), nil)
			m.notices <- notice{news: look}
			time.Sleep(99 * time.Millisecond)
		}
		// A burst begins with the first notice after the telling: at 21 and 42 times 99 ms.
		m.expect(t, telling{after: 2 * time.Second}, telling{after: 4079 * time.Millisecond}, telling{after: 4656 * time.Millisecond})
	})
}

func TestNothingNewIsNotTold(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.notices <- notice{news: look}
		m.expect(t)
		if m.looks != 1 {
			t.Errorf("looked %d times", m.looks)
		}
	})
}

func TestOtherNoticesAreNotLookedAfter(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.notices <- notice{}
		m.expect(t)
		if m.looks != 0 {
			t.Errorf("looked %d times", m.looks)
		}
	})
}

func TestOverrunIsAChange(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.notices <- notice{news: look | certain}
		m.expect(t, telling{after: quiet})
	})
}

func TestLinkThatWasDownIsAChangeThoughAllIsAsBefore(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.notices <- notice{news: look, down: []int32{2}}
		m.notices <- notice{news: look}
		m.expect(t, telling{after: quiet})
	})
}

func TestResumeGoesTogetherWithWhatItBrings(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.notices <- notice{news: look | resumed}
		time.Sleep(200 * time.Millisecond)
		m.become(with("198.51.100.1/24"), nil)
		m.notices <- notice{news: look}
		m.expect(t, telling{500 * time.Millisecond, Change{Resumed: true}})
	})
}

func TestResumeIsToldAloneToo(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.notices <- notice{news: look | resumed}
		m.expect(t, telling{quiet, Change{Resumed: true}})
	})
}

func TestFailedLookIsAChange(t *testing.T) {
	bubble(t, func(m *machine, _ *Watcher) {
		m.become(snapshot{}, errors.New("no memory"))
		m.notices <- notice{news: look}
		m.expect(t, telling{after: quiet})
	})
}

func TestCloseEndsAPendingBurst(t *testing.T) {
	bubble(t, func(m *machine, w *Watcher) {
		m.become(with(), nil)
		m.notices <- notice{news: look}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		m.expect(t)
	})
}
