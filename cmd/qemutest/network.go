//go:build linux

package qemutest

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
)

// The addresses of the network that the package's documentation draws.
var coreAddr = netip.MustParseAddr("10.47.0.1")

// farAddr is the address of the n-th phone of this process, from 0.
func farAddr(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 47, 0, byte(10 + n)}) }

// firstBoard is the last byte of the first board's address.
const firstBoard = 100

// insideMark tells the process that it runs in the namespace.
const insideMark = "IMSPHONE_QEMUTEST_INSIDE"

// Inside prepares what needs the world's network, if anything does, runs this program anew in a
// network namespace of its own, and gives its exit status; there it makes the
// network and gives -1: go on. The namespace and all of its interfaces go with the
// last process in it.
func Inside(prepare func() error) (status int, err error) {
	if os.Getenv(insideMark) != "" {
		return -1, makeNetwork()
	}
	if os.Geteuid() != 0 {
		return 0, errors.New("a network of its own needs root: run this as root")
	}
	if prepare != nil {
		if err := prepare(); err != nil {
			return 0, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env = append(os.Environ(), insideMark+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// makeNetwork makes the bridge.
func makeNetwork() error {
	return ip("link set lo up",
		"link add br0 type bridge",
		fmt.Sprintf("address add %s/24 dev br0", coreAddr),
		"link set br0 up")
}

// cables numbers the taps of this process.
var cables atomic.Int32

// cable is a network interface for a machine.
type cable struct {
	tap, mac string
	addr     netip.Addr
}

// plug makes a tap on the bridge and a lease for what will be behind it.
func plug() (cable, error) {
	n := int(cables.Add(1)) - 1
	c := cable{tap: fmt.Sprintf("tap%d", n), mac: fmt.Sprintf("02:00:0a:2f:00:%02x", firstBoard+n),
		addr: netip.AddrFrom4([4]byte{10, 47, 0, byte(firstBoard + n)})}
	return c, ip("tuntap add dev "+c.tap+" mode tap", "link set "+c.tap+" master br0 up")
}

// SetLink pulls the cable out or plugs it in again.
func (c cable) SetLink(up bool) error {
	if up {
		return ip("link set " + c.tap + " up")
	}
	return ip("link set " + c.tap + " down")
}

// ip runs commands of ip(8) in one batch.
func ip(lines ...string) error {
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip (Debian's package iproute2): %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// leases is how many boards may have an address by DHCP.
const leases = 100

// startDHCP serves addresses on the bridge until the function that it gives is
// called: what has the hardware address of a cable gets the cable's address.
func startDHCP(dir string) (stop func(), err error) {
	args := []string{"--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--group=root", "--port=0", "--interface=br0", "--bind-interfaces",
		"--pid-file=", "--dhcp-leasefile=" + dir + "/leases", "--dhcp-range=10.47.0.0,static,1h", "--log-facility=-"}
	for n := range leases {
		args = append(args, fmt.Sprintf("--dhcp-host=02:00:0a:2f:00:%02x,10.47.0.%d", firstBoard+n, firstBoard+n))
	}
	cmd := exec.Command("dnsmasq", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := os.Create(dir + "/dnsmasq.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("dnsmasq (Debian's package dnsmasq-base): %w", err)
	}
	return func() {
		cmd.Process.Kill()
		cmd.Wait()
	}, nil
}
