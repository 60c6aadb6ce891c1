//go:build linux

package peertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc/PID/stat: USER_HZ is 100 on every
// Linux that Go runs on.
const tick = time.Second / 100

type procStat struct {
	utime, stime uint64 // clock ticks
	start        uint64 // clock ticks since boot
}

// readStat reads a /proc/PID/stat. The command name (field 2) may hold blanks
// and brackets, so counting starts behind its last bracket.
func readStat(path string) (procStat, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return procStat{}, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return procStat{}, fmt.Errorf("%s: only %d fields", path, len(fields))
	}
	var s procStat
	for _, f := range []struct {
		number int // as in proc(5)
		to     *uint64
	}{{14, &s.utime}, {15, &s.stime}, {22, &s.start}} {
		if *f.to, err = strconv.ParseUint(fields[f.number-3], 10, 64); err != nil {
			return s, fmt.Errorf("%s: field %d: %w", path, f.number, err)
		}
	}
	return s, nil
}

// CPU returns the processor time that the process has used, user and system.
// schedstat counts in nanoseconds where the kernel keeps it, else it is in
// steps of 10 ms.
func (p *Process) CPU() (time.Duration, error) {
	if d, err := p.sumTasks("schedstat", firstField); err == nil && d > 0 {
		return time.Duration(d), nil
	}
	s, err := readStat(fmt.Sprintf("/proc/%d/stat", p.PID))
	return time.Duration(s.utime+s.stime) * tick, err
}

// RSS returns the resident memory in bytes.
func (p *Process) RSS() (int64, error) {
	kib, err := statusField(fmt.Sprintf("/proc/%d/status", p.PID), "VmRSS:")
	return kib * 1024, err
}

// Wakeups returns how often the process's threads have gone to sleep and so
// will have been woken: the voluntary context switches of all of them.
func (p *Process) Wakeups() (int64, error) {
	return p.sumTasks("status", func(path string) (int64, error) {
		return statusField(path, "voluntary_ctxt_switches:")
	})
}

// sumTasks adds up what read finds in one file of each thread.
func (p *Process) sumTasks(file string, read func(path string) (int64, error)) (int64, error) {
	paths, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/%s", p.PID, file))
	if err != nil || len(paths) == 0 {
		return 0, fmt.Errorf("%s (%d) has no %s of its threads: %w", p.Name, p.PID, file, os.ErrNotExist)
	}
	var sum int64
	for _, path := range paths {
		n, err := read(path)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func firstField(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), " ")
	return strconv.ParseInt(first, 10, 64)
}

// statusField reads a number from a "Name:  12 kB" line.
func statusField(path, name string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name); ok {
			return strconv.ParseInt(strings.Fields(value)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", path, name)
}
