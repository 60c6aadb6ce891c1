//go:build linux

// Package standstill tells how long a machine stood still: for how long no
// program ran though it could. A busy host does that to an emulated machine, and
// no device and no program in it can help it. A test that demands perfect timing
// tells by it its own faults from those of the machine.
package standstill

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// nap is how long a Vigil sleeps at a time.
const nap = time.Millisecond

// Vigil is a thread that wakes up each millisecond, and keeps the longest time
// that passed in between.
type Vigil struct {
	ns   atomic.Int64
	done atomic.Bool
}

// Watch starts a Vigil, which lasts until Stop.
func Watch() *Vigil {
	v := new(Vigil)
	go v.run()
	return v
}

// run sleeps by the kernel's own call: a timer of Go's would also wait for other
// goroutines.
func (v *Vigil) run() {
	runtime.LockOSThread()
	d, last := unix.NsecToTimespec(int64(nap)), time.Now()
	for !v.done.Load() {
		unix.Nanosleep(&d, nil)
		now := time.Now()
		v.awake(now.Sub(last))
		last = now
	}
}

// awake takes the time since the thread woke up last.
func (v *Vigil) awake(after time.Duration) { v.ns.Store(max(v.ns.Load(), int64(after))) }

// Longest is the longest time so far in which the thread didn't run.
func (v *Vigil) Longest() time.Duration { return time.Duration(v.ns.Load()) }

// Forget lets what was until now not count.
func (v *Vigil) Forget() { v.ns.Store(0) }

// Stop ends the thread.
func (v *Vigil) Stop() { v.done.Store(true) }
