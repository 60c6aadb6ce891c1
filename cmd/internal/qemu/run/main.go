// Command run runs a command in a guest: 32-bit ARM on QEMU with Debian's
// kernel, in the same directory, and exits as it does. It needs no root. Tests
// run in a guest so:
//
//	CGO_ENABLED=0 GOARCH=arm GOARM=7 go test -tags guest -exec 'bin/armguest -modules snd-aloop --' ./hw/audio
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu"
)

// failed is the exit status when there was no guest, as env(1) has it.
const failed = 125

func main() { os.Exit(run()) }

func run() int {
	var job qemu.Job
	flag.IntVar(&job.Memory, "memory", 512, "memory of the guest in MiB")
	timeout := flag.Duration("timeout", 20*time.Minute, "when to give up and kill the guest")
	several(&job.Modules, "module", "a kernel module to load, with its options; may be repeated")
	modules := flag.String("modules", "", "kernel modules to load, with commas between")
	packages := flag.String("packages", "", "further packages of Debian, with commas between")
	several(&job.Devices, "device", "a device of QEMU's, as -device has it; may be repeated")
	several(&job.Extra, "qemu", "a further argument for QEMU; may be repeated")
	several(&job.Share, "share", "a directory that the guest writes for real; may be repeated")
	several(&job.See, "see", "a further directory of the host that the guest reads; may be repeated")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: run [flags] -- COMMAND [ARGUMENT…]")
		flag.PrintDefaults()
		return failed
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, *timeout, errors.New("its time was up: see -timeout"))
	defer cancel()
	job.Args, job.Modules, job.Packages = flag.Args(), append(list(*modules), job.Modules...), list(*packages)
	job.Stdout, job.Stderr = os.Stdout, os.Stderr
	if missing := qemu.Missing(); len(missing) > 0 {
		fmt.Fprintln(os.Stderr, "missing: "+strings.Join(missing, ", ")+" (Debian: qemu-system-arm kmod cpio)")
		return failed
	}
	for _, dirs := range [][]string{job.Share, job.See} {
		for i, dir := range dirs {
			path, err := filepath.Abs(dir)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return failed
			}
			dirs[i] = path
		}
	}
	status, err := qemu.Run(ctx, job)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return failed
	}
	return status
}

// several is a flag that may be repeated.
func several(to *[]string, name, usage string) {
	flag.Func(name, usage, func(s string) error {
		*to = append(*to, s)
		return nil
	})
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}
