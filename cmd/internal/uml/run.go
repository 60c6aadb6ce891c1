package uml

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/guest"
)

// Job is a command and the guest that it runs in.
type Job struct {
	Args []string // the command, found by the guest's PATH
	Env  []string // its environment as KEY=value; nil is the host's
	Dir  string   // where it runs; "" is the host's working directory

	// Share are directories of the host that the guest writes for real, as
	// absolute paths.
	Share []string
	// Memory of the guest in MiB; 0 is 512. What the guest writes to its root
	// is part of it.
	Memory int
	// Modules are loaded beside those of [Modules].
	Modules []string

	Stdout, Stderr io.Writer `json:"-"`
}

// ErrNoGuest: the guest did not get as far as ending the command. The error
// that wraps it says what its init stumbled over, or holds the end of its
// console.
var ErrNoGuest = errors.New("the guest ended before its command did")

// kernels are the names of Debian's user-mode Linux.
var kernels = [...]string{"linux.uml", "linux"}

// Run boots a guest, runs the command and gives its exit status: 128 and the
// signal's number where a signal ended it. The guest is killed when ctx ends.
// Nothing of it stays on the host.
func Run(ctx context.Context, job Job) (int, error) {
	kernel, err := findKernel()
	if err != nil {
		return 0, err
	}
	if job.Memory == 0 {
		job.Memory = defaultMemory
	}
	dir, err := os.MkdirTemp("", "imsphone-uml-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := prepare(dir, job); err != nil {
		return 0, err
	}
	if err := boot(ctx, kernel, dir, job); err != nil {
		return 0, err
	}
	return status(ctx, dir)
}

func findKernel() (string, error) {
	for _, name := range kernels {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("user-mode Linux is missing: apt-get install user-mode-linux")
}

// The files of a guest's directory on the host.
const (
	jobFile     = "job.json"
	statusFile  = "status"
	consoleFile = "console"
	memoryDir   = "memory" // where the guest mounts its tmpfs
)

// prepare fills the guest's directory.
func prepare(dir string, job Job) error {
	if job.Env == nil {
		job.Env = os.Environ()
	}
	if job.Dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return err
		}
		job.Dir = wd
	}
	text, err := json.Marshal(job)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, jobFile), text, 0o600),
		os.WriteFile(filepath.Join(dir, statusFile), nil, 0o600),
		os.Mkdir(filepath.Join(dir, memoryDir), 0o700),
	)
}

// variable tells the guest's init where its directory is.
const variable = "IMSPHONE_UML"

// commandLine gives the kernel's arguments: the console is a file, the
// command's stdout and stderr are the first two serial lines.
func commandLine(self, dir string, memory int) []string {
	return []string{
		"mem=" + strconv.Itoa(memory) + "M", "uml_dir=" + dir + "/", "umid=guest",
		"rootfstype=hostfs", "rootflags=/", "rw", "init=" + self, variable + "=" + dir,
		"con=null", "con0=null,fd:3", "ssl=null", "ssl0=null,fd:4", "ssl1=null,fd:5",
		"quiet", "panic=-1",
	}
}

// boot runs the kernel until it halts.
func boot(ctx context.Context, kernel, dir string, job Job) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	console, err := os.Create(filepath.Join(dir, consoleFile))
	if err != nil {
		return err
	}
	defer console.Close()
	out, err := guest.NewDrain(job.Stdout)
	if err != nil {
		return err
	}
	defer out.Close()
	errs, err := guest.NewDrain(job.Stderr)
	if err != nil {
		return err
	}
	defer errs.Close()

	extra, err := preload(dir)
	if err != nil {
		return err
	}
	start := func(flags uintptr) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, kernel, commandLine(self, dir, job.Memory)...)
		cmd.Env = append(append(os.Environ(), "TMPDIR="+memoryHome(job.Memory)), extra...)
		cmd.ExtraFiles = []*os.File{console, out.W, errs.W}
		// The guest's processes are processes of the host, in the kernel's group.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: flags}
		cmd.Cancel = func() error { return killGroup(cmd) }
		cmd.WaitDelay = 5 * time.Second
		return cmd, cmd.Start()
	}
	// In a PID namespace of its own nothing of the guest outlives the kernel,
	// even if this process is killed. That takes root.
	cmd, err := start(syscall.CLONE_NEWPID)
	if errors.Is(err, syscall.EPERM) {
		cmd, err = start(0)
	}
	if err != nil {
		return fmt.Errorf("start the guest: %w", err)
	}
	defer killGroup(cmd)
	// How the kernel ends says nothing: the status file does.
	_ = cmd.Wait()
	return nil
}

func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// status reads what the guest left behind.
func status(ctx context.Context, dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, statusFile))
	if err != nil {
		return 0, err
	}
	if code, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
		return code, nil
	}
	if ctx.Err() != nil {
		return 0, fmt.Errorf("the guest was ended: %w", context.Cause(ctx))
	}
	if len(text) > 0 {
		return 0, fmt.Errorf("%w: %s", ErrNoGuest, bytes.TrimSpace(text))
	}
	return 0, fmt.Errorf("%w: %s", ErrNoGuest, consoleEnd(dir))
}

// consoleEnd gives the last lines of the guest's console.
func consoleEnd(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, consoleFile))
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(lines) > 30 {
		lines = lines[len(lines)-30:]
	}
	return string(bytes.Join(lines, []byte("\n")))
}
