//go:build linux

package qemutest

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// EchoURI is who sends back every packet of sound that it gets: sipp.
var EchoURI = fmt.Sprintf("sip:echo@%s:5070", coreAddr)

// StartEcho lets sipp answer at EchoURI until the function that it gives is
// called.
func StartEcho(dir string) (stop func(), err error) {
	log, err := os.Create(dir + "/sipp.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	at := coreAddr.String()
	cmd := exec.Command("sipp", "-sn", "uas", "-rtp_echo", "-i", at, "-p", "5070", "-mi", at, "-mp", "6000", "-nostdin")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("sipp (Debian's package sip-tester): %w", err)
	}
	return func() {
		cmd.Process.Kill()
		cmd.Wait()
	}, nil
}

// GuestNetwork gives what a guest of package qemu needs to be on the network:
// arguments for QEMU, commands for its shell, and its address.
func GuestNetwork() (devices, args []string, commands, addr string, err error) {
	c, err := plug()
	if err != nil {
		return nil, nil, "", "", err
	}
	addr = c.addr.String()
	return []string{"virtio-net-pci,romfile=,netdev=net,mac=" + c.mac},
		[]string{"-netdev", "tap,id=net,script=no,downscript=no,ifname=" + c.tap},
		"modprobe virtio_net && ip address add " + addr + "/24 dev eth0 && ip link set eth0 up", addr, nil
}
