package modem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/modem"
	"github.com/imsphone/imsphone/hw/sim/simtest"
	"github.com/imsphone/imsphone/protocol/aka"
)

const pin = "739155"

var testFunctions = aka.NewMilenage([16]byte{1}, [16]byte{2})

func profile() simtest.Profile {
	return simtest.Profile{IMSI: "310150123456789", MNCDigits: 3, Functions: testFunctions, PIN: pin, T0: true}
}

// plug connects to a modem by a pipe. It goes away with the test's bubble.
func plug(m *simtest.Modem) net.Conn {
	phone, far := net.Pipe()
	go func() {
		defer far.Close()
		m.Serve(far) // ends with the pipe
	}()
	return phone
}

func authenticate(t *testing.T, card *sim.UICC, seq uint64) error {
	t.Helper()
	v := aka.Generate(testFunctions, [16]byte{3}, seq<<5, aka.AMF{})
	keys, err := card.Authenticate(t.Context(), v.RAND, v.AUTN)
	if err == nil && !keys.Equal(v.Keys) {
		t.Error("wrong keys")
	}
	return err
}

func TestModems(t *testing.T) {
	isim := &simtest.ISIM{Private: "a@b", Domain: "b", Public: []string{"sip:a@b"}}
	for _, test := range []struct {
		name  string
		modem simtest.Modem
		isim  *simtest.ISIM
		want  sim.Application
	}{
		{"with a channel of its own", simtest.Modem{}, nil, sim.USIM},
		{"with an ISIM", simtest.Modem{}, isim, sim.ISIM},
		{"without AT+CCHO", simtest.Modem{NoCGLA: true}, nil, sim.USIM},
		{"without AT+CCHO, with an ISIM", simtest.Modem{NoCGLA: true, Wordy: true}, isim, sim.ISIM},
		{"without AT+CSIM", simtest.Modem{NoCSIM: true}, isim, sim.ISIM},
		{"without AT+CSIM and ISIM", simtest.Modem{NoCSIM: true}, nil, sim.USIM},
		{"chatty", simtest.Modem{Chatty: true}, isim, sim.ISIM},
		{"old", simtest.Modem{Old: true}, isim, sim.ISIM},
		{"late", simtest.Modem{Late: 3}, isim, sim.ISIM},
		{"asleep", simtest.Modem{Asleep: 3}, isim, sim.ISIM},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := profile()
				p.ISIM = test.isim
				simulator := simtest.New(p)
				test.modem.Card = simulator
				m, err := modem.New(t.Context(), plug(&test.modem))
				if err != nil {
					t.Fatal(err)
				}
				card, err := sim.Open(t.Context(), m, sim.Config{PIN: sim.NewSecret(pin)})
				if err != nil {
					t.Fatal(err)
				}
				if card.Application() != test.want || simulator.OpenChannels() != 1 {
					t.Errorf("the %v on one of %d channels", card.Application(), simulator.OpenChannels())
				}
				id, err := card.Identity(t.Context())
				if err != nil || test.want == sim.USIM && id.Domain != "ims.mnc150.mcc310.3gppnetwork.org" || test.want == sim.ISIM && id.Domain != "b" {
					t.Errorf("%+v, %v", id, err)
				}
				if err := authenticate(t, card, 1); err != nil {
					t.Error(err)
				}
				var stale *aka.SyncError
				if err := authenticate(t, card, 1); !errors.As(err, &stale) {
					t.Error(err)
				}
				if err := card.Close(); err != nil {
					t.Error(err)
				}
				if simulator.BasicUsed() {
					t.Error("the modem's own channel was taken away from it")
				}
				if simulator.OpenChannels() != 0 {
					t.Error("a logical channel was left open")
				}
				if _, err := m.Transmit(t.Context(), []byte{0, 0xf2, 0, 0, 0}); !errors.Is(err, apdu.ErrClosed) {
					t.Error(err)
				}
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name   string
		modem  simtest.Modem
		card   bool
		change func(*simtest.Profile)
		want   error
		text   string
	}{
		{"empty", simtest.Modem{}, false, nil, apdu.ErrNoCard, "no card is in the modem, or it was removed"},
		{"no command for cards", simtest.Modem{NoCGLA: true, NoCSIM: true}, true, nil, sim.ErrNoApplication, "AT+CCHO: the modem says ERROR: it may not know the command"},
		{"no application", simtest.Modem{}, true, func(p *simtest.Profile) { p.IMSI = "" }, sim.ErrNoApplication, "the card has no such application"},
		{"no application, without AT+CCHO", simtest.Modem{NoCGLA: true}, true, func(p *simtest.Profile) { p.IMSI = "" }, sim.ErrNoApplication, "6A82"},
		{"last try of the PIN", simtest.Modem{}, true, func(p *simtest.Profile) { p.Tries = 1 }, sim.ErrPINUntried, "one try is left"},
		{"wrong PIN", simtest.Modem{}, true, func(p *simtest.Profile) { p.PIN = "0000" }, sim.ErrPINWrong, "2 tries are left"},
		{"silent from the start", simtest.Modem{Asleep: 1000}, true, nil, apdu.ErrSilent, "one modem has several devices"},
		{"silent later", simtest.Modem{Silent: 5}, true, nil, apdu.ErrSilent, "AT+C"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := profile()
				if test.change != nil {
					test.change(&p)
				}
				simulator := simtest.New(p)
				if test.card {
					test.modem.Card = simulator
				}
				err := use(t, &test.modem)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), fmt.Sprintf("%X", pin)) {
					t.Errorf("got %v\nwant %s", err, test.text)
				}
				if simulator.OpenChannels() != 0 && test.want != apdu.ErrSilent {
					t.Error("a logical channel was left open")
				}
			})
		})
	}
}

// use opens the modem and its card and has a challenge answered.
func use(t *testing.T, far *simtest.Modem) error {
	m, err := modem.New(t.Context(), plug(far))
	if err != nil {
		return err
	}
	card, err := sim.Open(t.Context(), m, sim.Config{PIN: sim.NewSecret(pin)})
	if err != nil {
		return err
	}
	defer card.Close()
	return authenticate(t, card, 1)
}

// A card that is pulled at any command is a removed card, and a modem that
// falls silent at any command is a silent one.
func TestFaultAtEveryCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		whole := simtest.New(profile())
		if err := use(t, &simtest.Modem{Card: whole}); err != nil {
			t.Fatal(err)
		}
		const freeing = 1 // the last command closes the logical channel
		for n := 1; n < whole.Commands()-freeing; n++ {
			simulator := simtest.New(profile())
			simulator.RemoveAfter(n)
			if err := use(t, &simtest.Modem{Card: simulator}); !errors.Is(err, apdu.ErrRemoved) {
				t.Errorf("removed after %d commands: %v", n, err)
			}
		}
		const greeting = 3
		for n := greeting + 1; n < greeting+10; n++ {
			if err := use(t, &simtest.Modem{Card: simtest.New(profile()), Silent: n}); !errors.Is(err, apdu.ErrSilent) {
				t.Errorf("silent after %d commands: %v", n, err)
			}
		}
	})
}

// A late answer is never taken for that of the next command.
func TestCancelledCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const greeting = 3
		m, err := modem.New(t.Context(), plug(&simtest.Modem{Card: simtest.New(profile()), Silent: greeting}))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := m.Transmit(ctx, []byte{0, 0xf2, 0, 0, 0}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if _, err := m.Transmit(t.Context(), []byte{0, 0xf2, 0, 0, 0}); !errors.Is(err, apdu.ErrClosed) {
			t.Error(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

// flood says something for ever.
type flood struct {
	net.Conn
	text string
}

func (f flood) Read(b []byte) (int, error) { return copy(b, f.text), nil }
func (flood) Write(b []byte) (int, error)  { return len(b), nil }
func (flood) SetDeadline(time.Time) error  { return nil }
func (flood) Close() error                 { return nil }

func TestNoModem(t *testing.T) {
	for _, text := range []string{"$GPGGA,1,2,3\r\n", "no line end"} {
		if _, err := modem.New(t.Context(), flood{text: text}); err == nil || !strings.Contains(err.Error(), "may be no modem's port") {
			t.Errorf("%q for ever: %v", text, err)
		}
	}
	near, far := net.Pipe()
	far.Close()
	if _, err := modem.New(t.Context(), near); !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), "went away") {
		t.Error(err)
	}
}

func TestSerialDevice(t *testing.T) {
	far, device, err := simtest.PTY()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		(&simtest.Modem{Card: simtest.New(profile())}).Serve(far) // ends with the terminal
	}()
	m, err := modem.Open(t.Context(), device)
	if err != nil {
		t.Fatal(err)
	}
	card, err := sim.Open(t.Context(), m, sim.Config{PIN: sim.NewSecret(pin)})
	if err != nil {
		t.Fatal(err)
	}
	if err := authenticate(t, card, 1); err != nil {
		t.Error(err)
	}
	far.Close()
	<-served
	if err := authenticate(t, card, 2); err == nil {
		t.Error("a modem that went away answered")
	}
	card.Close()
}

func TestOpenRefused(t *testing.T) {
	if _, err := modem.Open(t.Context(), filepath.Join(t.TempDir(), "ttyUSB2")); !errors.Is(err, modem.ErrDevice) || !strings.Contains(err.Error(), "plug the modem in") {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := modem.Open(t.Context(), file); !errors.Is(err, modem.ErrDevice) || !strings.Contains(err.Error(), "is it a serial device?") {
		t.Error(err)
	}
}
