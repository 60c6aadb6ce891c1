// Command run runs a command in a guest that has ESP, in the same directory and
// with the same environment, and exits as it does. It needs no root. Tests run in
// a guest so:
//
//	go test -tags ipsec -exec 'go run github.com/imsphone/imsphone/cmd/internal/uml/run --' ./hw/ipsec
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

	"github.com/imsphone/imsphone/cmd/internal/uml"
)

// failed is the exit status when there was no guest, as env(1) has it.
const failed = 125

func main() {
	uml.Guest()
	os.Exit(run())
}

func run() int {
	memory := flag.Int("memory", 512, "memory of the guest in MiB")
	timeout := flag.Duration("timeout", 20*time.Minute, "when to give up and kill the guest")
	share := flag.String("share", "", "directories that the guest writes for real, with commas between")
	modules := flag.String("modules", "", "further kernel modules, with commas between")
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
	job := uml.Job{Args: flag.Args(), Memory: *memory, Share: list(*share), Modules: list(*modules),
		Stdout: os.Stdout, Stderr: os.Stderr}
	for i, dir := range job.Share {
		path, err := filepath.Abs(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return failed
		}
		job.Share[i] = path
	}
	status, err := uml.Run(ctx, job)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return failed
	}
	return status
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}
