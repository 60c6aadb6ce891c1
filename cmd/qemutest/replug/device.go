//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// device is one that only software makes.
type device struct {
	number  int    // in devices
	driver  string // and its module
	name    string // the device's name at the driver
	options []string
}

// The devices. The camera is a webcam, which has small pictures.
var (
	card   = device{0, "snd_aloop", "snd_aloop.0", nil}
	camera = device{1, "vivid", "vivid.0", []string{"n_devs=1", "node_types=0x1", "num_inputs=1", "input_types=0x0"}}

	devices = [...]device{card, camera}
)

// both does the same with both devices, at the same time.
func both(do func(device) error) error {
	errs := make(chan error)
	for _, d := range devices {
		go func() { errs <- do(d) }()
	}
	return errors.Join(<-errs, <-errs)
}

// unbind takes the device from its driver, as if it were pulled out. It waits
// until the kernel has let it go.
func (d device) unbind() error {
	return os.WriteFile(filepath.Join("/sys/bus/platform/drivers", d.driver, "unbind"), []byte(d.name), 0)
}

// removal is how long the kernel may take to find that nobody uses a module.
const removal = 10 * time.Second

// remove takes the driver's module away, once nobody has a device of it open.
func (d device) remove() (err error) {
	for end := time.Now().Add(removal); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = unix.DeleteModule(d.driver, unix.O_NONBLOCK); err == nil {
			return nil
		}
	}
	return fmt.Errorf("module %s stays, as somebody uses it: %w", d.driver, err)
}

// insert loads the module: the device is there.
func (d device) insert() error {
	out, err := exec.Command("/sbin/modprobe", append([]string{d.driver}, d.options...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("modprobe %s: %w: %s", d.driver, err, out)
	}
	return nil
}
