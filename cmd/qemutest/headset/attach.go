//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// attachment is the file by which the virtual host controller gets a connection.
const attachment = "/sys/devices/platform/vhci_hcd.0/attach"

// attach connects a device to the controller's first port. It is by a pair of
// sockets, as nothing else on the machine shall delay sound.
func attach() (*port, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &port{pair[0]}
	err = awaitPort(pair[1])
	unix.Close(pair[1]) // the kernel has its own reference
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// release is how long the port may take to get free of a device that was pulled
// out.
const release = 10 * time.Second

// awaitPort gives the kernel a socket once the port is free.
func awaitPort(socket int) (err error) {
	const port, device, fullSpeed = 0, 1, 2
	line := fmt.Sprintf("%d %d %d %d", port, socket, device, fullSpeed)
	for end := time.Now().Add(release); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		err = os.WriteFile(attachment, []byte(line), 0)
		if !errors.Is(err, unix.EBUSY) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("hang a USB device on the kernel (module vhci-hcd): %w", err)
	}
	return nil
}
