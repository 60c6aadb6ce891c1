// Command run runs a command in a guest that has ESP, in the same directory and
// with the same environment, and exits as it does. It needs no root. Tests run in
// a guest so:
//
//	go test -tags ipsec -exec 'go run github.com/imsphone/imsphone/cmd/internal/uml/run --' ./hw/ipsec
package main

import (
	"context"
	"flag"
	"os"

	"github.com/imsphone/imsphone/cmd/internal/guest"
	"github.com/imsphone/imsphone/cmd/internal/uml"
)

func main() {
	uml.Guest()
	os.Exit(run())
}

func run() int {
	memory := flag.Int("memory", 512, "memory of the guest in MiB")
	share := flag.String("share", "", "directories that the guest writes for real, with commas between")
	modules := flag.String("modules", "", "further kernel modules, with commas between")
	return guest.Main(func(ctx context.Context, command []string) (int, error) {
		job := uml.Job{Args: command, Memory: *memory, Share: guest.List(*share), Modules: guest.List(*modules),
			Stdout: os.Stdout, Stderr: os.Stderr}
		if err := guest.Absolute(job.Share); err != nil {
			return 0, err
		}
		return uml.Run(ctx, job)
	})
}
