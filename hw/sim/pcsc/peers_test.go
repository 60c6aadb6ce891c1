//go:build peers

package pcsc_test

// Held against the real pcscd (Debian's packages pcscd and vsmartcard-vpcd). Its
// reader is virtual and has the simulator at the other end of TCP:
//
//	sim.UICC — pcsc.Card — unix socket — pcscd — vpcd — TCP — simtest.Card
//
// The daemon has a mount and a network namespace of its own, so that its socket
// and its port are nobody else's. (The driver can also be had to connect to the
// card's side; but then it aborts pcscd when a connection is refused.)

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/pcsc"
	"github.com/imsphone/imsphone/hw/sim/simtest"
)

// vpcdDriver is where Debian's package puts it, below the directory of the
// machine's architecture or not.
const vpcdDriver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"

// vpcdPort is where the driver listens for the first slot; its second slot has
// the next.
const vpcdPort = 0x8c7b

// readerName is how pcscd calls the reader: as configured, and two numbers.
const readerName = "imsphone test"

// startPCSCD runs pcscd with a virtual reader, and gives its process.
func startPCSCD(t *testing.T) (pid int) {
	t.Helper()
	drivers, err := filepath.Glob(vpcdDriver + "*")
	if err != nil || len(drivers) == 0 {
		t.Fatalf("no driver %s*: install vsmartcard-vpcd (%v)", vpcdDriver, err)
	}
	config := t.TempDir()
	entry := fmt.Sprintf("FRIENDLYNAME %q\nDEVICENAME /dev/null:0x%X\nLIBPATH %s\nCHANNELID 0x%X\n", readerName, vpcdPort, drivers[0], vpcdPort)
	if err := os.WriteFile(filepath.Join(config, "reader"), []byte(entry), 0o644); err != nil {
		t.Fatal(err)
	}
	const script = `mount -t tmpfs tmpfs /run && mkdir /run/pcscd && ip link set lo up && exec pcscd --foreground --info --config "$0"`
	cmd := exec.Command("unshare", "--mount", "--propagation", "private", "--net", "sh", "-c", script, config)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // killed
		if t.Failed() {
			t.Logf("pcscd:\n%s", &log)
		}
	})
	return cmd.Process.Pid
}

// dialInside connects to the reader in the daemon's network namespace.
func dialInside(pid int) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // for good: the thread ends in the other namespace
		conn, err := func() (net.Conn, error) {
			theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
			// The process's own is that of its first thread, which may have been
			// left in the other namespace.
			if own, _ := os.Readlink("/proc/thread-self/ns/net"); err != nil || own == theirs {
				return nil, fmt.Errorf("no namespace of its own yet (%v)", err)
			}
			space, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
			if err != nil {
				return nil, err
			}
			defer space.Close()
			if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
				return nil, err
			}
			return net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", vpcdPort))
		}()
		done <- result{conn, err}
	}()
	r := <-done
	return r.conn, r.err
}

// insert puts a card into the reader; take pulls it out.
func insert(t *testing.T, pid int, card *simtest.Card) (take func()) {
	t.Helper()
	var conn net.Conn
	eventually(t, "virtual reader", func() (ok bool) {
		var err error
		conn, err = dialInside(pid)
		return err == nil
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		card.ServeReader(conn) // ends with the connection
	}()
	take = func() { conn.Close(); <-done }
	t.Cleanup(take)
	return take
}

// eventually waits for what pcscd notices in its own time: on a busy machine it takes
// some.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: not in time", what)
		}
	}
}

// waitForCard waits until pcscd has noticed that the card is there or gone.
func waitForCard(t *testing.T, socket string, there bool) {
	t.Helper()
	eventually(t, fmt.Sprintf("card there: %v", there), func() bool {
		list, err := pcsc.Readers(t.Context(), socket)
		return err == nil && len(list) > 0 && list[0].Card == there
	})
}

func TestPeerPCSCD(t *testing.T) {
	for name, t0 := range map[string]bool{"T=0": true, "T=1": false} {
		t.Run(name, func(t *testing.T) {
			p := profile()
			p.T0 = t0
			p.ISIM = &simtest.ISIM{
				Private: "alice@ims.example.com", Domain: "ims.example.com",
				Public: []string{"sip:alice@ims.example.com"}, PCSCF: []string{"2001:db8::7"},
			}
			pid := startPCSCD(t)
			socket := fmt.Sprintf("/proc/%d/root%s", pid, pcsc.Socket)
			take := insert(t, pid, simtest.New(p))
			waitForCard(t, socket, true)

			ch, err := pcsc.Open(t.Context(), socket, readerName)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := pcsc.Open(t.Context(), socket, ""); !errors.Is(err, pcsc.ErrBusy) {
				t.Errorf("a second user: %v", err)
			}
			card, err := sim.Open(t.Context(), ch, sim.Config{PIN: sim.NewSecret("1234")})
			if err != nil {
				t.Fatal(err)
			}
			id, err := card.Identity(t.Context())
			if err != nil || id.Private != "alice@ims.example.com" || len(id.PCSCF) != 1 {
				t.Errorf("%+v, %v", id, err)
			}
			if err := authenticate(t, card, 1); err != nil {
				t.Error(err)
			}
			if err := card.Close(); err != nil {
				t.Error(err)
			}

			ch, err = pcsc.Open(t.Context(), socket, "")
			if err != nil {
				t.Fatal(err)
			}
			card, err = sim.Open(t.Context(), ch, sim.Config{PIN: sim.NewSecret("1234"), Application: sim.USIM})
			if err != nil {
				t.Fatal(err)
			}
			take()
			waitForCard(t, socket, false)
			if err := authenticate(t, card, 2); !errors.Is(err, apdu.ErrRemoved) {
				t.Errorf("removed: %v", err)
			}
			card.Close()
			if _, err := pcsc.Open(t.Context(), socket, ""); !errors.Is(err, apdu.ErrNoCard) {
				t.Errorf("empty reader: %v", err)
			}
		})
	}
}
