package uml

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Guest does the guest's work where this process is the init of a guest, and
// never returns then; elsewhere it does nothing. Programs that call [Run] call
// it first.
func Guest() {
	dir := os.Getenv(variable)
	if os.Getpid() != 1 || dir == "" {
		return
	}
	// Opened before the root changes: this file is the host's.
	status, err := os.OpenFile(filepath.Join(dir, statusFile), os.O_WRONLY, 0)
	if err == nil {
		code, failed := work(dir)
		if failed != nil {
			fmt.Fprintln(status, failed)
		} else {
			fmt.Fprintln(status, code)
		}
		err = errors.Join(status.Sync(), status.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // the console
	}
	unix.Sync()
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	select {}
}

// work sets the guest up and runs the command.
func work(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, jobFile))
	if err != nil {
		return 0, err
	}
	var job Job
	if err := json.Unmarshal(text, &job); err != nil {
		return 0, err
	}
	if err := load(append(Modules(), job.Modules...)); err != nil {
		return 0, err
	}
	if err := changeRoot(filepath.Join(dir, memoryDir), job.Share); err != nil {
		return 0, err
	}
	if err := loopbackUp(); err != nil {
		return 0, err
	}
	return command(job)
}

// command runs the job's command and, as an init has to, reaps orphans.
func command(job Job) (int, error) {
	out, err := openLine("/dev/ttyS0")
	if err != nil {
		return 0, err
	}
	defer flush(out)
	errs, err := openLine("/dev/ttyS1")
	if err != nil {
		return 0, err
	}
	defer flush(errs)
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	path, err := find(job)
	if err != nil {
		return 0, err
	}
	p, err := os.StartProcess(path, job.Args, &os.ProcAttr{Dir: job.Dir, Env: job.Env,
		Files: []*os.File{null, out, errs}, Sys: &syscall.SysProcAttr{Setsid: true}})
	if err != nil {
		return 0, err
	}
	return reap(p.Pid)
}

// find looks the command up as the job's own environment has it.
func find(job Job) (string, error) {
	if len(job.Args) == 0 {
		return "", errors.New("no command for the guest")
	}
	for _, e := range job.Env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			os.Setenv("PATH", path)
		}
	}
	if err := os.Chdir(job.Dir); err != nil {
		return "", err
	}
	path, err := exec.LookPath(job.Args[0])
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// reap waits for pid and gives its exit status.
func reap(pid int) (int, error) {
	for {
		var ws syscall.WaitStatus
		got, err := syscall.Wait4(-1, &ws, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		case got != pid:
		case ws.Signaled():
			return 128 + int(ws.Signal()), nil
		default:
			return ws.ExitStatus(), nil
		}
	}
}

// openLine opens a serial line that changes no byte.
func openLine(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	raw := unix.Termios{Cflag: unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B38400}
	if err := unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, &raw); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// flush waits until the host has everything.
func flush(f *os.File) {
	const drainOutput = 1 // of TCSBRK: no break, only wait
	_ = unix.IoctlSetInt(int(f.Fd()), unix.TCSBRK, drainOutput)
	f.Close()
}

// loopbackUp brings the loopback interface up.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req); err != nil {
		return fmt.Errorf("loopback interface: %w", err)
	}
	return nil
}
