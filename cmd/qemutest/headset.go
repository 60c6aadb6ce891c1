//go:build linux

package qemutest

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
)

// HeadsetModules gives the files of the modules that a [Headset] hangs on. The
// images don't have them, as nobody but a test has such a headset; the kernel that
// an image was made of does.
func HeadsetModules(m Model) ([]string, error) {
	cache, err := qemu.Cache()
	if err != nil {
		return nil, err
	}
	releases, _ := filepath.Glob(filepath.Join(imagePath(m.Board)+".parts", "root", "lib", "modules", "*"))
	if len(releases) != 1 {
		return nil, fmt.Errorf("%s holds the modules of %d kernels: `make image BOARD=%s` makes it", imagePath(m.Board), len(releases), m.Board)
	}
	release := filepath.Base(releases[0])
	files, _ := filepath.Glob(filepath.Join(cache, "apt-*", "linux-image-"+release, "lib", "modules", release, "kernel", "drivers", "usb", "usbip", "*.ko"))
	if len(files) == 0 {
		return nil, fmt.Errorf("there are no modules usbip of kernel %s below %s: `make image BOARD=%s` with the cache of this user brings them", release, cache, m.Board)
	}
	return files, nil
}

// Headset is a USB headset at a board, and the person who has it on
// (cmd/qemutest/headset).
type Headset struct {
	orders  io.Writer
	answers *bufio.Scanner
	stop    func()
}

// NewHeadset gives one to a board that has cmd/qemutest/headset and HeadsetModules
// among its files, until ctx ends. It isn't plugged in yet. The person speaks in a
// frequency, in Hz.
func NewHeadset(ctx context.Context, shell *Shell, speak float64) (*Headset, error) {
	// The controller complains, many times a second, that it doesn't count frames.
	const load = "dmesg -n 3; /sbin/modprobe usbcore && insmod /boot/usbip-core.ko && insmod /boot/vhci-hcd.ko"
	if _, err := shell.Run(ctx, load); err != nil {
		return nil, err
	}
	in, out, stop, err := shell.Talk(fmt.Sprintf("/boot/headset -speak %g 2>&1", speak))
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, stop)
	return &Headset{in, bufio.NewScanner(out), stop}, nil
}

// PlugIn plugs it in.
func (h *Headset) PlugIn() error { return h.order(nil, "in") }

// PullOut pulls it out.
func (h *Headset) PullOut() error { return h.order(nil, "out") }

// Press presses a key of the headset: up, down, mute or hook.
func (h *Headset) Press(key string) error { return h.order(nil, "press "+key) }

// Listen looks for a tone of so many Hz in what the speaker plays, for some time
// after some that doesn't count. It fails where the phone plays nothing.
func (h *Headset) Listen(hear float64, settle, d time.Duration) (heard report.Tone, err error) {
	err = h.order(&heard, fmt.Sprintf("listen -hear %g -settle %v -for %v", hear, settle, d))
	return heard, err
}

// Close takes the headset away.
func (h *Headset) Close() { h.stop() }

// order has an order obeyed.
func (h *Headset) order(answer any, order string) error {
	if answer == nil {
		answer = new(bool)
	}
	if _, err := fmt.Fprintln(h.orders, order); err != nil {
		return fmt.Errorf("nobody has the headset on any more: %w", err)
	}
	if !h.answers.Scan() {
		return fmt.Errorf("the headset doesn't answer to %q: %w", order, cmp.Or(h.answers.Err(), io.ErrUnexpectedEOF))
	}
	if err := json.Unmarshal(h.answers.Bytes(), answer); err != nil {
		return fmt.Errorf("the headset answers to %q: %s", order, h.answers.Text())
	}
	return nil
}
