package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/imsphone/imsphone/cmd/internal/guest"
)

// Job is a command and the guest that it runs in.
type Job struct {
	// Args is the command: a program of the host for 32-bit ARM by its path, or
	// one of the guest's by its name.
	Args []string
	Env  []string // its environment as KEY=value, beside the host's own
	Dir  string   // where it runs; "" is the host's working directory

	// Share are directories of the host that the guest writes for real.
	Share []string
	// See are further directories of the host that the guest reads.
	See []string
	// Memory of the guest in MiB; 0 is 512.
	Memory int
	// Modules are loaded before the command runs, each with its options as on
	// modprobe's command line: "vivid n_devs=2". Beside Debian's there is
	// vicodec, which is built when it is first asked for.
	Modules []string
	// Packages are Debian's, unpacked in the guest with what they depend on.
	Packages []string
	// Devices are arguments of QEMU's -device, Args of QEMU whatever else.
	Devices, Extra []string

	Stdout, Stderr io.Writer
}

// ErrNoGuest: the guest did not get as far as ending the command. The error
// that wraps it holds the end of its console.
var ErrNoGuest = errors.New("the guest ended before its command did")

// QMPPort is a file of the guest that speaks QEMU's machine protocol, for tests
// that unplug devices, press keys or take pictures of the screen.
const QMPPort = "/dev/virtio-ports/qmp"

// JobDir is the name of an environment variable of the command: the host's path
// of a directory that is the guest's /job, for what QEMU is told to write, such as
// pictures of the screen. It is removed with the guest.
const JobDir = "IMSPHONE_JOB"

// Run boots a guest, runs the command and gives its exit status: 128 and the
// signal's number where a signal ended it. The guest is killed when ctx ends.
// Nothing of it stays on the host.
func Run(ctx context.Context, job Job) (int, error) {
	kernel, root, err := guestRoot(ctx, job.Packages)
	if err != nil {
		return 0, err
	}
	if err := job.build(ctx, kernel); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "imsphone-guest-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	job.Env = append([]string{JobDir + "=" + dir}, job.Env...)
	if err := job.prepare(dir); err != nil {
		return 0, err
	}
	out, err := guest.NewDrain(job.Stdout)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	errs, err := guest.NewDrain(job.Stderr)
	if err != nil {
		return 0, err
	}
	defer errs.Close()
	var console tail
	m, err := Start(ctx, job.machine(dir, kernel.Image, root, &console, out.W, errs.W))
	if err != nil {
		return 0, err
	}
	if err := m.Wait(); err != nil && ctx.Err() == nil {
		return 0, err
	}
	return status(ctx, dir, &console)
}

// prepare fills the job's directory, which the guest sees as /job.
func (job *Job) prepare(dir string) error {
	if job.Dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return err
		}
		job.Dir = wd
	}
	see := append([]string{job.Dir}, job.See...)
	if strings.Contains(job.Args[0], "/") {
		path, err := filepath.Abs(job.Args[0])
		if err != nil {
			return err
		}
		job.Args[0] = path
		see = append(see, filepath.Dir(path))
	}
	return os.WriteFile(filepath.Join(dir, "job.sh"), []byte(job.script(see)), 0o644)
}

// script is what the guest's init runs.
func (job *Job) script(see []string) string {
	var b strings.Builder
	slices.Sort(see) // a directory before what is in it
	for i, d := range slices.Compact(see) {
		if i == 0 || !inside(d, see[:i]) {
			fmt.Fprintf(&b, "see %s\n", quote(d))
		}
	}
	for i, d := range job.Share {
		fmt.Fprintf(&b, "share share%d %s cache=none\n", i, quote(d))
	}
	for _, m := range job.Modules {
		fmt.Fprintf(&b, "%s || return 125\n", loading(m))
	}
	for _, e := range append(environment(), job.Env...) {
		key, value, _ := strings.Cut(e, "=")
		fmt.Fprintf(&b, "export %s=%s\n", key, quote(value))
	}
	fmt.Fprintf(&b, "cd %s || return 125\n", quote(job.Dir))
	for _, a := range job.Args {
		b.WriteString(quote(a) + " ")
	}
	b.WriteString("\n")
	return b.String()
}

// inside tells whether a directory is shown already, as a part of another.
func inside(dir string, shown []string) bool {
	return slices.ContainsFunc(shown, func(s string) bool { return strings.HasPrefix(dir+"/", strings.TrimSuffix(s, "/")+"/") })
}

// environment is what the guest has of the host's.
func environment() []string {
	env := []string{"HOME=/root", "TMPDIR=/tmp", "XDG_RUNTIME_DIR=/run"}
	for _, e := range os.Environ() {
		if key, _, _ := strings.Cut(e, "="); strings.HasPrefix(key, "IMSPHONE_") || key == "CI" || key == "GODEBUG" {
			env = append(env, e)
		}
	}
	return env
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// machine is the guest's machine. The command's output comes by ports of their
// own, which change no byte.
func (job *Job) machine(dir, kernel, root string, console io.Writer, out, errs *os.File) Config {
	if job.Memory == 0 {
		job.Memory = 512
	}
	monitor := filepath.Join(dir, "monitor")
	args := []string{
		"-add-fd", "fd=3,set=1", "-chardev", "file,id=stdout,append=on,path=/dev/fdset/1",
		"-add-fd", "fd=4,set=2", "-chardev", "file,id=stderr,append=on,path=/dev/fdset/2",
		// A monitor that listens, and a port that is connected to it.
		"-chardev", "socket,id=monitor,server=on,wait=off,path=" + monitor, "-mon", "chardev=monitor,mode=control",
		"-chardev", "socket,id=qmp,path=" + monitor,
		"-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
		"-fsdev", "local,id=job,path=" + dir + ",security_model=none",
	}
	devices := []string{"virtio-rng-pci", "virtio-9p-pci,fsdev=host,mount_tag=host", "virtio-9p-pci,fsdev=job,mount_tag=job",
		"virtio-serial-pci", "virtserialport,chardev=stdout,name=stdout", "virtserialport,chardev=stderr,name=stderr",
		"virtserialport,chardev=qmp,name=qmp"}
	for i, d := range job.Share {
		id := "share" + strconv.Itoa(i)
		args = append(args, "-fsdev", "local,security_model=none,id="+id+",path="+d)
		devices = append(devices, "virtio-9p-pci,fsdev="+id+",mount_tag="+id)
	}
	return Config{
		Machine: "virt,highmem=off", CPU: "cortex-a7", CPUs: 2, Memory: job.Memory,
		Kernel: kernel, Initrd: root, CommandLine: "console=ttyAMA0 panic=-1 quiet rdinit=/init" + WritableModules,
		Devices: append(devices, job.Devices...), Args: append(args, job.Extra...),
		Console: console, Files: []*os.File{out, errs},
	}
}

// status reads what the guest left behind.
func status(ctx context.Context, dir string, console *tail) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "status"))
	if err == nil {
		return strconv.Atoi(strings.TrimSpace(string(text)))
	}
	if ctx.Err() != nil {
		return 0, fmt.Errorf("the guest was ended: %w\n%s", context.Cause(ctx), console.text())
	}
	return 0, fmt.Errorf("%w:\n%s", ErrNoGuest, console.text())
}

// tail keeps the last lines of a console.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const consoleKept = 4096

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-consoleKept):]
	return len(p), nil
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.b))
}

// Missing names the programs of the host that guests need and that aren't there.
func Missing() []string {
	return slices.DeleteFunc([]string{"qemu-system-arm", "apt-get", "dpkg", "depmod", "cpio"}, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
}
