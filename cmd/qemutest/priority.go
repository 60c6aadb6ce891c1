//go:build linux

package qemutest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// ahead lets processes run before everything else on the host, until the function
// that it gives is called (SCHED_RR). An emulated machine doesn't run while its
// host does something else: on a busy one it stands still for a tenth of a second
// every few seconds, and no sound in it can be whole.
func ahead(pids ...int) (back func(), err error) {
	set := func(policy, priority uint32) (err error) {
		for _, pid := range pids {
			err = errors.Join(err, schedule(pid, policy, priority))
		}
		return err
	}
	return func() { set(unix.SCHED_NORMAL, 0) }, set(unix.SCHED_RR, 1)
}

// schedule sets the policy of all threads of a process. Those that are made later
// have that of who makes them; so a second look finds what the first one missed.
func schedule(pid int, policy, priority uint32) error {
	for range 2 {
		threads, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "task"))
		if err != nil {
			return fmt.Errorf("process %d has no threads: %w", pid, err)
		}
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				return err
			}
			attr := unix.SchedAttr{Policy: policy, Priority: priority}
			if err := unix.SchedSetAttr(id, &attr, 0); err != nil && err != unix.ESRCH {
				return fmt.Errorf("thread %d can't be given real-time priority (CAP_SYS_NICE): %w", id, err)
			}
		}
	}
	return nil
}
