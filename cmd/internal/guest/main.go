package guest

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
)

// failed is the exit status when there was no guest, as env(1) has it.
const failed = 125

// Main reads the command line, runs the command that follows its flags in a guest
// by run, and gives the exit status: the command's, or 125 where there was no
// guest. The caller defines its own flags before; Main adds -timeout.
func Main(run func(ctx context.Context, command []string) (int, error)) int {
	timeout := flag.Duration("timeout", 20*time.Minute, "when to give up and kill the guest")
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
	status, err := run(ctx, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return failed
	}
	return status
}

// List reads names with commas between.
func List(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
}

// Absolute makes the paths of directories absolute, in place.
func Absolute(dirs []string) error {
	for i, dir := range dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		dirs[i] = path
	}
	return nil
}
