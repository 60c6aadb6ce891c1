package link

import (
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// farAway is the last second that a timer can be set to.
const farAway = 1<<(8*unsafe.Sizeof(unix.Timespec{}.Sec)-1) - 1

// clock tells of sleeps. Its timer never ends; but the kernel cancels it when
// the wall clock leaves its course, which a sleep does as well as a setting.
type clock struct {
	file   *os.File
	sleeps sleeps
}

func openClock() (*clock, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("open timer of the wall clock: %w", err)
	}
	c := &clock{file: os.NewFile(uintptr(fd), "timerfd")}
	boot, mono, err := clocks()
	if err != nil {
		return nil, errors.Join(err, c.file.Close())
	}
	c.sleeps.woke(boot, mono)
	end := unix.ItimerSpec{Value: unix.Timespec{Sec: farAway}}
	err = unix.TimerfdSettime(fd, unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &end, nil)
	if err != nil && !errors.Is(err, unix.ECANCELED) { // cancelled already: the timer runs for all that
		return nil, errors.Join(fmt.Errorf("set timer of the wall clock: %w", err), c.file.Close())
	}
	return c, nil
}

// next waits until the wall clock has left its course; an error says that it
// can't be watched any more.
func (c *clock) next() (notice, error) {
	var expirations [8]byte
	if _, err := c.file.Read(expirations[:]); !errors.Is(err, unix.ECANCELED) {
		if err == nil {
			err = errors.New("the wall clock is at its end")
		}
		return notice{}, err
	}
	boot, mono, err := clocks()
	if err != nil {
		return notice{}, err
	}
	if !c.sleeps.woke(boot, mono) {
		return notice{}, nil
	}
	return notice{news: look | resumed}, nil
}

func (c *clock) close() error { return c.file.Close() }

// clocks reads the time since boot with sleeps and without.
func clocks() (boot, mono time.Duration, err error) {
	var b, m unix.Timespec
	if err := errors.Join(unix.ClockGettime(unix.CLOCK_MONOTONIC, &m), unix.ClockGettime(unix.CLOCK_BOOTTIME, &b)); err != nil {
		return 0, 0, fmt.Errorf("read clocks: %w", err)
	}
	return time.Duration(b.Nano()), time.Duration(m.Nano()), nil
}
