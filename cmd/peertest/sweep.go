//go:build linux

package peertest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// namespaceDir is where ip(8) keeps named network namespaces.
const namespaceDir = "/run/netns"

// An owner is the process that made a lab. A process id alone is used again
// sooner or later; with its start time it names one process for ever.
type owner struct {
	pid   int
	start uint64 // clock ticks since boot, field 22 of /proc/PID/stat
}

func (o owner) prefix() string { return fmt.Sprintf("imspeer-%d-%d-", o.pid, o.start) }

func (o owner) alive() bool {
	start, err := startTime(o.pid)
	return err == nil && start == o.start
}

func self() (owner, error) {
	start, err := startTime(os.Getpid())
	return owner{os.Getpid(), start}, err
}

// Sweep removes the namespaces that killed runs have left behind, with the
// processes in them. Labs of running processes are left alone. Call it once
// before the first lab.
func Sweep() error {
	names, err := namespaces("imspeer-")
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if o, ok := ownerOf(name); ok && !o.alive() {
			errs = append(errs, removeNamespaces(name))
		}
	}
	return errors.Join(errs...)
}

// ownerOf reads the owner back from a namespace's name.
func ownerOf(name string) (o owner, ok bool) {
	fields := strings.Split(name, "-")
	if len(fields) < 4 {
		return o, false
	}
	pid, err1 := strconv.Atoi(fields[1])
	start, err2 := strconv.ParseUint(fields[2], 10, 64)
	return owner{pid, start}, err1 == nil && err2 == nil
}

// removeNamespaces kills what still runs in the namespaces whose names begin
// with prefix and deletes them.
func removeNamespaces(prefix string) error {
	names, err := namespaces(prefix)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		for _, pid := range inhabitants(name) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				errs = append(errs, fmt.Errorf("kill %d in %s: %w", pid, name, err))
			}
		}
		err := ip("", "netns delete "+name)
		if _, gone := os.Stat(filepath.Join(namespaceDir, name)); os.IsNotExist(gone) {
			continue // another run has swept it meanwhile
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// namespaces lists the named network namespaces that begin with prefix.
func namespaces(prefix string) ([]string, error) {
	entries, err := os.ReadDir(namespaceDir)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// inhabitants lists the processes whose network namespace is the named one.
// This process is never among them: its threads enter a namespace, it does not.
func inhabitants(name string) []int {
	ns, err := os.Stat(namespaceDir + "/" + name)
	if err != nil {
		return nil
	}
	proc, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range proc {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if of, err := os.Stat("/proc/" + e.Name() + "/ns/net"); err == nil && os.SameFile(ns, of) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// startTime returns when a process began, in clock ticks since boot.
func startTime(pid int) (uint64, error) {
	stat, err := readStat(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return stat.start, nil
}
