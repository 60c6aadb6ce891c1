package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu/qmp"
)

// WritableModules is for the command line of a guest's kernel. It flushes freed
// memory of a module that was read-only out of the processor's tables at once,
// together with all between the modules and the kernel's other mappings: up to
// 200,000 pages, for which QEMU takes seconds and the machine stands still.
const WritableModules = " rodata=off"

// Config says what a machine is made of.
type Config struct {
	// Program is QEMU's, by default qemu-system-arm.
	Program string
	// Machine is an argument of -machine, such as "virt,highmem=off" or "raspi2b".
	Machine string
	// CPU and CPUs are its processors; "" and 0 are the machine's own.
	CPU  string
	CPUs int
	// Memory is in MiB; 0 is the machine's own.
	Memory int
	// Kernel, Initrd, Tree and CommandLine boot it; without a kernel its firmware
	// does.
	Kernel, Initrd, Tree, CommandLine string
	// Devices are arguments of -device, Args whatever else.
	Devices, Args []string
	// Console gets what the machine prints to its first serial line; nil drops it.
	Console io.Writer
	// Files are handed down as file descriptors from 3 on.
	Files []*os.File
}

// Machine is a running machine.
type Machine struct {
	// QMP drives it from outside.
	QMP *qmp.Client

	cmd  *exec.Cmd
	dir  string
	errs limited
	done chan struct{}
	err  error
	end  sync.Once
}

// Start powers a machine on. It is killed when ctx ends; Wait or Kill have to be
// called.
func Start(ctx context.Context, cfg Config) (*Machine, error) {
	if cfg.Program == "" {
		cfg.Program = "qemu-system-arm"
	}
	if _, err := exec.LookPath(cfg.Program); err != nil {
		return nil, fmt.Errorf("%s is missing: apt-get install qemu-system-arm", cfg.Program)
	}
	dir, err := os.MkdirTemp("", "imsphone-qemu-")
	if err != nil {
		return nil, err
	}
	m := &Machine{dir: dir, done: make(chan struct{})}
	socket := filepath.Join(dir, "qmp")
	m.cmd = exec.CommandContext(ctx, cfg.Program, cfg.arguments(socket)...)
	m.cmd.Stdout, m.cmd.Stderr, m.cmd.ExtraFiles = cfg.Console, &m.errs, cfg.Files
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	m.cmd.WaitDelay = 5 * time.Second
	if err := m.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go m.wait()
	if m.QMP, err = m.connect(ctx, socket); err != nil {
		return nil, errors.Join(err, m.Kill())
	}
	return m, nil
}

// arguments gives QEMU's command line.
func (cfg *Config) arguments(socket string) []string {
	args := []string{"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", cfg.Machine,
		"-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
		"-qmp", "unix:" + socket + ",server=on,wait=off"}
	for _, o := range []struct{ name, value string }{
		{"-cpu", cfg.CPU}, {"-smp", number(cfg.CPUs)}, {"-m", number(cfg.Memory)}, {"-kernel", cfg.Kernel},
		{"-initrd", cfg.Initrd}, {"-dtb", cfg.Tree}, {"-append", cfg.CommandLine},
	} {
		if o.value != "" {
			args = append(args, o.name, o.value)
		}
	}
	args = append(args, cfg.Args...)
	for _, d := range cfg.Devices {
		args = append(args, "-device", d)
	}
	return args
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// connect waits for the monitor's socket, which is there within milliseconds.
func (m *Machine) connect(ctx context.Context, socket string) (*qmp.Client, error) {
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		c, err := qmp.Dial(socket)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED) {
			m.cmd.Process.Kill() // it has said why, most likely, and is gone
			<-m.done
			return nil, errors.Join(err, m.err)
		}
		select {
		case <-retry.C:
		case <-m.done:
			return nil, m.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (m *Machine) wait() {
	m.err = m.cmd.Wait()
	if m.err != nil {
		m.err = fmt.Errorf("QEMU: %w\n%s", m.err, m.errs.text())
	}
	close(m.done)
}

// PID is QEMU's process.
func (m *Machine) PID() int { return m.cmd.Process.Pid }

// Done is closed when the machine is off.
func (m *Machine) Done() <-chan struct{} { return m.done }

// Wait waits until the machine is off, and tells what QEMU died of.
func (m *Machine) Wait() error {
	<-m.done
	m.clean()
	return m.err
}

// Kill is a power cut.
func (m *Machine) Kill() error {
	err := m.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-m.done
	m.clean()
	return err
}

func (m *Machine) clean() {
	m.end.Do(func() {
		if m.QMP != nil {
			m.QMP.Close()
		}
		os.RemoveAll(m.dir)
	})
}

// limited keeps the first kilobytes that it is given.
type limited struct {
	mu sync.Mutex
	b  []byte
}

const errorsKept = 4096

func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p[:min(len(p), errorsKept-len(l.b))]...)
	return len(p), nil
}

func (l *limited) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}
