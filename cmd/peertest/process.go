//go:build linux

package peertest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stopGrace is how long a process may take to end after SIGTERM.
const stopGrace = 30 * time.Second

// A Process runs on a host of the lab. Its output goes to a log file and, line
// by line, into a journal.
type Process struct {
	Name    string
	PID     int
	Log     string           // path of the log file: standard output and error
	Output  *Journal[string] // the same, line by line
	Started time.Time        // just before the process was made

	crash bool // see Command.Crash

	done chan struct{} // closed when it has ended
	err  error         // how it ended, valid after done
	said chan struct{} // closed when its output has ended too
}

// A Command describes a process to start.
type Command struct {
	Name string // for the log file and messages; "" is the base name of Args[0]
	Args []string
	Dir  string   // "" is the lab's
	Env  []string // added to the environment

	// Crash lets Stop end the process by SIGKILL: it has nothing to keep, and its
	// own end can't be relied upon.
	Crash bool
}

// Start runs a command on the host. The process dies with this one, and is
// ended by Lab.Close at the latest.
func (h *Host) Start(c Command) (*Process, error) {
	if c.Name == "" {
		c.Name = filepath.Base(c.Args[0])
	}
	if c.Dir == "" {
		c.Dir = h.lab.Dir
	}
	log, err := os.CreateTemp(h.lab.Dir, h.Name+"-"+c.Name+"-*.log")
	if err != nil {
		return nil, err
	}
	output, input, err := os.Pipe()
	if err != nil {
		log.Close()
		return nil, err
	}
	p := &Process{Name: h.Name + "/" + c.Name, Log: log.Name(), Output: &Journal[string]{},
		crash: c.Crash, done: make(chan struct{}), said: make(chan struct{})}
	err = h.run(p, c, input)
	input.Close()
	if err != nil {
		log.Close()
		output.Close()
		return nil, fmt.Errorf("start %s on %s: %w", c.Name, h.Name, err)
	}
	go p.listen(output, log)
	h.lab.mu.Lock()
	h.lab.processes = append(h.lab.processes, p)
	h.lab.mu.Unlock()
	return p, nil
}

// run starts the process from a thread inside the namespace, which it inherits.
// The same thread waits for its end: Pdeathsig counts the life of the thread
// that started the child, not of the process.
func (h *Host) run(p *Process, c Command, output *os.File) error {
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Env = c.Dir, append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := h.setns()
		if err == nil {
			p.Started = time.Now()
			err = cmd.Start()
		}
		if err != nil {
			started <- err
			return
		}
		p.PID = cmd.Process.Pid
		started <- nil
		p.err = cmd.Wait()
		close(p.done)
	}()
	return <-started
}

// listen copies the output until the last descendant has closed it.
func (p *Process) listen(output io.ReadCloser, log io.WriteCloser) {
	defer close(p.said)
	defer log.Close()
	defer output.Close()
	defer p.Output.End()
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fmt.Fprintln(log, lines.Text())
		p.Output.Add(lines.Text())
	}
}

// WaitLine waits for a line of output that matches the regular expression and
// that no earlier WaitLine has returned.
func (p *Process) WaitLine(ctx context.Context, expr string) (string, error) {
	match, err := regexp.Compile(expr)
	if err != nil {
		return "", err
	}
	line, err := p.Output.Wait(ctx, fmt.Sprintf("%s: a line like %q", p.Name, expr), match.MatchString)
	return line, err
}

// Wait waits for the end of the process and returns its exit code, -1 when a
// signal ended it. Its output is complete then.
func (p *Process) Wait(ctx context.Context) (int, error) {
	select {
	case <-p.done:
	case <-ctx.Done():
		return -1, fmt.Errorf("%s still runs: %w; its last lines:\n%s", p.Name, ctx.Err(), p.Output.tail(15))
	}
	select {
	case <-p.said:
	case <-ctx.Done():
		return -1, fmt.Errorf("descendants of %s still run: %w", p.Name, ctx.Err())
	}
	if p.err == nil {
		return 0, nil
	}
	if exit, ok := p.err.(*exec.ExitError); ok {
		return exit.ExitCode(), nil
	}
	return -1, p.err
}

// Running tells whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Signal sends a signal to the process, if it still runs.
func (p *Process) Signal(s syscall.Signal) error {
	if !p.Running() {
		return nil
	}
	if err := syscall.Kill(p.PID, s); err != syscall.ESRCH { // it ended just now
		return err
	}
	return nil
}

// Stop ends the process and its descendants: SIGTERM first, SIGKILL to the
// whole group if that takes too long, which is an error. One that may crash is
// killed at once.
func (p *Process) Stop() error {
	if p.crash {
		return p.Kill()
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopGrace):
	}
	if err := p.Kill(); err != nil {
		return err
	}
	return fmt.Errorf("%s did not end within %v of SIGTERM and was killed", p.Name, stopGrace)
}

// Kill ends the process and its group at once, and waits until nobody holds its
// output any more: what a dying descendant listens at isn't free yet.
func (p *Process) Kill() error {
	if !p.Running() {
		return nil
	}
	if err := syscall.Kill(-p.PID, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("kill %s: %w", p.Name, err)
	}
	<-p.done
	select {
	case <-p.said:
		return nil
	case <-time.After(stopGrace):
		return fmt.Errorf("descendants of %s outlive it by %v: find those that have left its process group %d", p.Name, stopGrace, p.PID)
	}
}

// Text returns the output so far.
func (p *Process) Text() string {
	return strings.ReplaceAll(p.Output.tail(1<<30), "\t", "")
}
