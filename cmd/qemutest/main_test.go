//go:build qemu

package qemutest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// site is the network of this process.
var site *Site

func TestMain(m *testing.M) { os.Exit(inside(m)) }

func inside(m *testing.M) int {
	status, err := Inside(nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if status >= 0 {
		return status
	}
	dir, err := os.MkdirTemp("", "imsphone-qemutest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if site, err = OpenSite(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer site.Close()
	return m.Run()
}

// long bounds what takes a machine seconds, on a host that is busy.
func long(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
