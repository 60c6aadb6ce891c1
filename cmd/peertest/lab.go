//go:build linux

package peertest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// A Lab is a private network of namespaces around one bridge, with everything
// that runs in it. Labs of one process and of several never touch each other.
type Lab struct {
	Dir string // logs and configuration of the peers; owned by the caller

	prefix string // of the names of all namespaces of this lab
	lan    string // the namespace that holds the bridge

	mu        sync.Mutex
	hosts     map[string]*Host
	processes []*Process
}

// labs numbers the labs of this process; namespace names are global to the
// machine, so this one counter has to be too.
var labs atomic.Int64

// NewLab makes the network, with no host yet. Files go to dir.
func NewLab(dir string) (*Lab, error) {
	owner, err := self()
	if err != nil {
		return nil, err
	}
	prefix := fmt.Sprintf("%s%d-", owner.prefix(), labs.Add(1))
	l := &Lab{Dir: dir, prefix: prefix, lan: prefix + "lan", hosts: map[string]*Host{}}
	if err := l.makeBridge(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Lab) makeBridge() error {
	if err := ip("", "netns add "+l.lan); err != nil {
		return err
	}
	return ip(l.lan,
		"link set lo up",
		"link add br0 type bridge",
		"address add 10.46.0.1/24 dev br0",
		"address add fd46::1/64 dev br0 nodad",
		"link set br0 up",
	)
}

// Host adds a host to the lab, or returns it if it is there: 10.46.0.number
// and fd46::number (the same digits). The name has at most 13 characters.
func (l *Lab) Host(name string, number uint8) (*Host, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.hosts[name]; h != nil {
		return h, nil
	}
	h := newHost(l, name, number)
	if err := h.plug(); err != nil {
		return nil, err
	}
	l.hosts[name] = h
	return h, nil
}

// Bridge returns the namespace of the bridge as a host at 10.46.0.1: it sees
// every frame of the lab.
func (l *Lab) Bridge() *Host {
	h := newHost(l, "lan", 1)
	h.ns = l.lan
	return h
}

// Close ends every process of the lab and removes its namespaces; its files
// stay. It is safe after a partial NewLab.
func (l *Lab) Close() error {
	l.mu.Lock()
	processes := l.processes
	l.processes = nil
	l.mu.Unlock()
	var errs []error
	for i := len(processes) - 1; i >= 0; i-- { // the last started depends on the others
		errs = append(errs, processes[i].Stop())
	}
	errs = append(errs, removeNamespaces(l.prefix))
	return errors.Join(errs...)
}

// Logs returns the log of every process, oldest first, for a failed test to
// print. Each is cut to its last limit bytes.
func (l *Lab) Logs(limit int) string {
	l.mu.Lock()
	processes := l.processes
	l.mu.Unlock()
	var b strings.Builder
	for _, p := range processes {
		text, err := os.ReadFile(p.Log)
		if err != nil {
			text = []byte(err.Error())
		}
		if len(text) > limit {
			text = append([]byte("…"), text[len(text)-limit:]...)
		}
		fmt.Fprintf(&b, "=== %s (%s)\n%s\n", p.Name, filepath.Base(p.Log), text)
	}
	return b.String()
}

// ip runs commands of ip(8) in the namespace ns, "" for the caller's own, in
// one batch.
func ip(ns string, lines ...string) error {
	args := []string{"-batch", "-"}
	if ns != "" {
		args = append([]string{"-n", ns}, args...)
	}
	cmd := exec.Command("ip", args...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip in namespace %q: %w: %s", ns, err, strings.TrimSpace(string(out)))
	}
	return nil
}
