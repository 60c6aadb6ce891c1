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
	"strings"

	"github.com/imsphone/imsphone/cmd/internal/guest"
	"github.com/imsphone/imsphone/cmd/internal/qemu"
)

func main() { os.Exit(run()) }

func run() int {
	job := qemu.Job{Stdout: os.Stdout, Stderr: os.Stderr}
	flag.IntVar(&job.Memory, "memory", 512, "memory of the guest in MiB")
	several(&job.Modules, "module", "a kernel module to load, with its options; may be repeated")
	modules := flag.String("modules", "", "kernel modules to load, with commas between")
	packages := flag.String("packages", "", "further packages of Debian, with commas between")
	several(&job.Devices, "device", "a device of QEMU's, as -device has it; may be repeated")
	several(&job.Extra, "qemu", "a further argument for QEMU; may be repeated")
	several(&job.Share, "share", "a directory that the guest writes for real; may be repeated")
	several(&job.See, "see", "a further directory of the host that the guest reads; may be repeated")
	return guest.Main(func(ctx context.Context, command []string) (int, error) {
		job.Args, job.Modules, job.Packages = command, append(guest.List(*modules), job.Modules...), guest.List(*packages)
		if missing := qemu.Missing(); len(missing) > 0 {
			return 0, fmt.Errorf("missing: %s (Debian: qemu-system-arm kmod cpio)", strings.Join(missing, ", "))
		}
		if err := errors.Join(guest.Absolute(job.Share), guest.Absolute(job.See)); err != nil {
			return 0, err
		}
		return qemu.Run(ctx, job)
	})
}

// several is a flag that may be repeated.
func several(to *[]string, name, usage string) {
	flag.Func(name, usage, func(s string) error {
		*to = append(*to, s)
		return nil
	})
}
