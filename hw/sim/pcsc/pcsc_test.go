package pcsc_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/pcsc"
	"github.com/imsphone/imsphone/hw/sim/simtest"
	"github.com/imsphone/imsphone/protocol/aka"
)

var testFunctions = aka.NewMilenage([16]byte{1}, [16]byte{2})

func profile() simtest.Profile {
	return simtest.Profile{IMSI: "001010123456789", MNCDigits: 2, Functions: testFunctions, PIN: "1234"}
}

// start runs a daemon and gives its socket.
func start(t *testing.T, d *simtest.Daemon) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "pcscd.comm")
	if err := d.Listen(socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return socket
}

// authenticate has the card answer a fresh challenge.
func authenticate(t *testing.T, card *sim.UICC, seq uint64) error {
	t.Helper()
	v := aka.Generate(testFunctions, [16]byte{3}, seq<<5, aka.AMF{})
	keys, err := card.Authenticate(t.Context(), v.RAND, v.AUTN)
	if err == nil && !keys.Equal(v.Keys) {
		t.Error("wrong keys")
	}
	return err
}

func TestCard(t *testing.T) {
	for name, t0 := range map[string]bool{"T=0": true, "T=1": false} {
		t.Run(name, func(t *testing.T) {
			p := profile()
			p.T0 = t0
			d := &simtest.Daemon{}
			d.AddReader("Empty 00", nil)
			d.AddReader("Full 01", simtest.New(p))
			socket := start(t, d)
			for seq := uint64(1); seq < 3; seq++ { // the second finds the card reset and free
				ch, err := pcsc.Open(t.Context(), socket, "")
				if err != nil {
					t.Fatal(err)
				}
				if ch.Reader() != "Full 01" {
					t.Errorf("reader %q", ch.Reader())
				}
				card, err := sim.Open(t.Context(), ch, sim.Config{PIN: sim.NewSecret("1234")})
				if err != nil {
					t.Fatal(err)
				}
				if err := authenticate(t, card, seq); err != nil {
					t.Error(err)
				}
				if err := card.Close(); err != nil {
					t.Error(err)
				}
				if _, err := ch.Transmit(t.Context(), []byte{0, 0xc0, 0, 0, 0}); !errors.Is(err, apdu.ErrClosed) {
					t.Errorf("after Close: %v", err)
				}
			}
			ch, err := pcsc.Open(t.Context(), socket, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sim.Open(t.Context(), ch, sim.Config{}); !errors.Is(err, sim.ErrPINRequired) {
				t.Errorf("the PIN outlived Close: %v", err)
			}
		})
	}
}

func TestReaders(t *testing.T) {
	d := &simtest.Daemon{}
	d.AddReader("Empty 00", nil)
	d.AddReader("Full 01", simtest.New(profile()))
	list, err := pcsc.Readers(t.Context(), start(t, d))
	want := []pcsc.Reader{{Name: "Empty 00"}, {Name: "Full 01", Card: true}}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestOpenRefused(t *testing.T) {
	full := func(d *simtest.Daemon, names ...string) {
		for _, name := range names {
			d.AddReader(name, simtest.New(profile()))
		}
	}
	for _, test := range []struct {
		name, reader string
		setUp        func(*simtest.Daemon)
		want         error
		text         string
	}{
		{"no reader", "", func(*simtest.Daemon) {}, pcsc.ErrNoReader, "plug one in"},
		{"another reader", "Gemalto", func(d *simtest.Daemon) { full(d, "Full 00") }, pcsc.ErrNoReader, `no such card reader as "Gemalto": there are "Full 00"`},
		{"no card", "", func(d *simtest.Daemon) { d.AddReader("Empty 00", nil) }, apdu.ErrNoCard, `(reader "Empty 00")`},
		{"no card in the reader named", "Empty 00", func(d *simtest.Daemon) { d.AddReader("Empty 00", nil) }, apdu.ErrNoCard, "8010000C"},
		{"two cards", "", func(d *simtest.Daemon) { full(d, "A 00", "B 00") }, pcsc.ErrAmbiguous, `"A 00", "B 00"`},
		{"too old", "", func(d *simtest.Daemon) { d.Minor = 1 }, pcsc.ErrVersion, "4.1"},
		{"too new", "", func(d *simtest.Daemon) { d.Minor = 9 }, pcsc.ErrVersion, "4.9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := &simtest.Daemon{}
			test.setUp(d)
			_, err := pcsc.Open(t.Context(), start(t, d), test.reader)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOlderDaemon(t *testing.T) {
	d := &simtest.Daemon{Minor: 3}
	d.AddReader("Full 00", simtest.New(profile()))
	ch, err := pcsc.Open(t.Context(), start(t, d), "Full")
	if err != nil {
		t.Fatal(err)
	}
	ch.Close()
}

func TestBusy(t *testing.T) {
	d := &simtest.Daemon{}
	d.AddReader("Full 00", simtest.New(profile()))
	socket := start(t, d)
	d.Use("Full 00")
	if _, err := pcsc.Open(t.Context(), socket, ""); !errors.Is(err, pcsc.ErrBusy) {
		t.Error(err)
	}
}

func TestNoDaemon(t *testing.T) {
	if _, err := pcsc.Open(t.Context(), filepath.Join(t.TempDir(), "none"), ""); !errors.Is(err, pcsc.ErrNoDaemon) {
		t.Error(err)
	}
	socket := filepath.Join(t.TempDir(), "stale")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if _, err := pcsc.Open(t.Context(), socket, ""); !errors.Is(err, pcsc.ErrNoDaemon) {
		t.Errorf("stale socket: %v", err)
	}
}

func TestRemovedWhileInUse(t *testing.T) {
	simulator := simtest.New(profile())
	d := &simtest.Daemon{}
	d.AddReader("Full 00", simulator)
	ch, err := pcsc.Open(t.Context(), start(t, d), "")
	if err != nil {
		t.Fatal(err)
	}
	card, err := sim.Open(t.Context(), ch, sim.Config{PIN: sim.NewSecret("1234")})
	if err != nil {
		t.Fatal(err)
	}
	simulator.RemoveAfter(0)
	err = authenticate(t, card, 1)
	want := `AUTHENTICATE: reader "Full 00": the card was removed or reset: insert it again (pcscd says 80100069)`
	if !errors.Is(err, apdu.ErrRemoved) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if err := card.Close(); err != nil {
		t.Error(err)
	}
}

func TestDaemonEnds(t *testing.T) {
	d := &simtest.Daemon{}
	d.AddReader("Full 00", simtest.New(profile()))
	socket := filepath.Join(t.TempDir(), "pcscd.comm")
	if err := d.Listen(socket); err != nil {
		t.Fatal(err)
	}
	ch, err := pcsc.Open(t.Context(), socket, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Transmit(t.Context(), []byte{0, 0xc0, 0, 0, 0}); err == nil {
		t.Error("no error")
	}
	ch.Close()
}

func TestMuteDaemon(t *testing.T) {
	socket := start(t, &simtest.Daemon{Mute: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pcsc.Readers(ctx, socket); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 1)
	defer cancel()
	if _, err := pcsc.Readers(ctx, socket); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
