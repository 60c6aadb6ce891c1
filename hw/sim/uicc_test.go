package sim_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/simtest"
	"github.com/imsphone/imsphone/protocol/aka"
)

// TS 35.208, test set 1.
const (
	testK    = "465b5ce8b199b49faa5f0a2ee238a6bc"
	testOP   = "cdc202d5123e20f62b6d676ac72cb318"
	testOPc  = "cd63cb71954a9f4e48a5994e37a02baf"
	testRAND = "23553cbe9637a89d218ae64dae47bf35"
	testRES  = "a54211d5e3ba50bf"
)

const testPIN = "4711"

func key16(text string) [16]byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return [16]byte(b)
}

func functions() aka.Functions { return aka.NewMilenage(key16(testK), key16(testOP)) }

// challenge makes RAND and AUTN with sequence number seq.
func challenge(seq uint64) aka.Vector {
	return aka.Generate(functions(), key16(testRAND), seq<<5, aka.AMF{0x80, 0})
}

func usimProfile() simtest.Profile {
	return simtest.Profile{IMSI: "001010123456789", MNCDigits: 2, Functions: functions()}
}

func isimProfile() simtest.Profile {
	p := usimProfile()
	p.ISIM = &simtest.ISIM{
		Private: "alice.private@ims.example.com",
		Domain:  "ims.example.com",
		Public:  []string{"sip:alice@ims.example.com", "", "tel:+15550100"},
		PCSCF:   []string{"pcscf.ims.example.com", "192.0.2.7", "2001:db8::7"},
	}
	return p
}

var usimIdentity = sim.Identity{
	Private:   "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
	Public:    []string{"sip:001010123456789@ims.mnc001.mcc001.3gppnetwork.org"},
	Domain:    "ims.mnc001.mcc001.3gppnetwork.org",
	IMSI:      "001010123456789",
	Temporary: true,
}

var isimIdentity = sim.Identity{
	Private: "alice.private@ims.example.com",
	Public:  []string{"sip:alice@ims.example.com", "tel:+15550100"},
	Domain:  "ims.example.com",
	PCSCF:   []string{"pcscf.ims.example.com", "192.0.2.7", "2001:db8::7"},
}

// holds checks that a card answers as its subscriber's should: a fresh
// challenge, a stale and a forged one.
func holds(t *testing.T, card sim.Card, identity sim.Identity) {
	t.Helper()
	got, err := card.Identity(t.Context())
	if diff := cmp.Diff(identity, got); diff != "" || err != nil {
		t.Errorf("identity: %v, %s", err, diff)
	}
	v := challenge(100)
	keys, err := card.Authenticate(t.Context(), v.RAND, v.AUTN)
	if err != nil || !keys.Equal(v.Keys) || hex.EncodeToString(keys.ExposeRES()) != testRES {
		t.Errorf("fresh challenge: %v", err)
	}
	_, err = card.Authenticate(t.Context(), v.RAND, v.AUTN)
	var stale *aka.SyncError
	if !errors.As(err, &stale) {
		t.Fatalf("the same challenge again: %v", err)
	}
	if sqn, err := aka.Resynchronise(functions(), v.RAND, stale.AUTS); err != nil || sqn != 100<<5 {
		t.Errorf("AUTS: SQN %d, %v", sqn, err)
	}
	v = challenge(101)
	v.AUTN[15] ^= 1
	if _, err := card.Authenticate(t.Context(), v.RAND, v.AUTN); !errors.Is(err, aka.ErrMAC) {
		t.Errorf("forged challenge: %v", err)
	}
}

func TestUICC(t *testing.T) {
	for _, test := range []struct {
		name    string
		profile func() simtest.Profile
		change  func(*simtest.Profile)
		config  sim.Config
		want    sim.Application
	}{
		{"USIM alone", usimProfile, nil, sim.Config{}, sim.USIM},
		{"ISIM goes first", isimProfile, nil, sim.Config{}, sim.ISIM},
		{"USIM by choice", isimProfile, nil, sim.Config{Application: sim.USIM}, sim.USIM},
		{"ISIM alone", isimProfile, func(p *simtest.Profile) { p.IMSI = "" }, sim.Config{Application: sim.ISIM}, sim.ISIM},
		{"ISIM never filled", isimProfile, func(p *simtest.Profile) { *p.ISIM = simtest.ISIM{} }, sim.Config{}, sim.USIM},
		{"without EF_DIR", isimProfile, func(p *simtest.Profile) { p.NoDirectory = true }, sim.Config{}, sim.ISIM},
		{"without FCP", isimProfile, func(p *simtest.Profile) { p.NoFCP = true }, sim.Config{}, sim.ISIM},
		{"with PIN", isimProfile, func(p *simtest.Profile) { p.PIN = testPIN }, sim.Config{PIN: sim.NewSecret(testPIN)}, sim.ISIM},
		{"with PIN, without FCP", usimProfile, func(p *simtest.Profile) { p.PIN, p.NoFCP = testPIN, true }, sim.Config{PIN: sim.NewSecret(testPIN)}, sim.USIM},
		{"PIN with two tries left", usimProfile, func(p *simtest.Profile) { p.PIN, p.Tries = testPIN, 2 }, sim.Config{PIN: sim.NewSecret(testPIN)}, sim.USIM},
		{"PIN entered by a modem", usimProfile, func(p *simtest.Profile) { p.PIN, p.Verified = testPIN, true }, sim.Config{}, sim.USIM},
		{"PIN entered by a modem, one try left", usimProfile, func(p *simtest.Profile) { p.PIN, p.Verified, p.Tries = testPIN, true, 1 }, sim.Config{PIN: sim.NewSecret("0000")}, sim.USIM},
		{"MNC of 3 digits", usimProfile, func(p *simtest.Profile) { p.MNCDigits = 3 }, sim.Config{}, sim.USIM},
		{"MNC of 3 digits by configuration", usimProfile, nil, sim.Config{MNCDigits: 3}, sim.USIM},
		{"PIN not needed", usimProfile, nil, sim.Config{PIN: sim.NewSecret("0000")}, sim.USIM},
		{"PIN not needed, without FCP", usimProfile, func(p *simtest.Profile) { p.NoFCP = true }, sim.Config{PIN: sim.NewSecret("0000")}, sim.USIM},
	} {
		for _, t0 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, T=0 %v", test.name, t0), func(t *testing.T) {
				p := test.profile()
				p.T0 = t0
				if test.change != nil {
					test.change(&p)
				}
				card, err := sim.Open(t.Context(), simtest.New(p).Channel(), test.config)
				if err != nil {
					t.Fatal(err)
				}
				if card.Application() != test.want {
					t.Errorf("the %v is in use, want the %v", card.Application(), test.want)
				}
				identity := usimIdentity
				if test.want == sim.ISIM {
					identity = isimIdentity
				}
				if strings.HasPrefix(test.name, "MNC of 3") {
					if identity, err = sim.Derive(identity.IMSI, 3); err != nil {
						t.Fatal(err)
					}
				}
				holds(t, card, identity)
				if err := card.Close(); err != nil {
					t.Error(err)
				}
				v := challenge(200)
				if _, err := card.Authenticate(t.Context(), v.RAND, v.AUTN); !errors.Is(err, apdu.ErrClosed) {
					t.Errorf("closed card: %v", err)
				}
			})
		}
	}
}

// A file that is longer than one answer comes in parts.
func TestLongIdentity(t *testing.T) {
	for _, t0 := range []bool{false, true} {
		p := isimProfile()
		p.T0 = t0
		for i := range 60 {
			p.ISIM.Private = fmt.Sprintf("%05d", i) + p.ISIM.Private
		}
		card, err := sim.Open(t.Context(), simtest.New(p).Channel(), sim.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if id, err := card.Identity(t.Context()); id.Private != p.ISIM.Private || err != nil {
			t.Errorf("T=0 %v: %q, %v", t0, id.Private, err)
		}
	}
}

func TestUICCRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*simtest.Profile)
		config sim.Config
		want   error
		tries  int // left afterwards
		text   string
	}{
		{
			"no PIN configured", nil, sim.Config{}, sim.ErrPINRequired, 3,
			"the card wants its PIN (3 tries are left): set the PIN in the SIM's configuration, or switch the PIN off with a phone",
		},
		{
			"wrong PIN", nil, sim.Config{PIN: sim.NewSecret("9876")}, sim.ErrPINWrong, 2,
			"the card refused the configured PIN (2 tries are left): correct it before the next start",
		},
		{
			"last try", func(p *simtest.Profile) { p.Tries = 1 }, sim.Config{PIN: sim.NewSecret(testPIN)}, sim.ErrPINUntried, 1,
			"the configured PIN was not tried (one try is left): enter the PIN with a phone, where a slip can be mended by the PUK, and start again",
		},
		{
			"blocked", func(p *simtest.Profile) { p.Blocked = true }, sim.Config{PIN: sim.NewSecret(testPIN)}, sim.ErrPINBlocked, 0,
			"the card's PIN is blocked: unblock it with the PUK in a phone",
		},
		{"no PIN configured, none told", func(p *simtest.Profile) { p.NoFCP = true }, sim.Config{}, sim.ErrPINRequired, 3, "the card wants its PIN"},
		{"PIN too short", nil, sim.Config{PIN: sim.NewSecret("987")}, nil, 3, "4 to 8 digits"},
		{"no ISIM", nil, sim.Config{Application: sim.ISIM}, sim.ErrNoApplication, 3, "no ISIM"},
		{"no application", func(p *simtest.Profile) { p.IMSI = "" }, sim.Config{}, sim.ErrNoApplication, 3, "no USIM"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := usimProfile()
			p.PIN = testPIN
			if test.change != nil {
				test.change(&p)
			}
			simulator := simtest.New(p)
			_, err := sim.Open(t.Context(), simulator.Channel(), test.config)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v\nwant %s", err, test.text)
			}
			if simulator.Tries() != test.tries {
				t.Errorf("%d tries are left, want %d", simulator.Tries(), test.tries)
			}
			for _, secret := range []string{testPIN, "9876"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%v tells the PIN", err)
				}
			}
		})
	}
}

// A card that is pulled at any command is a removed card, and never a wrong
// answer.
func TestRemovedAtEveryCommand(t *testing.T) {
	p := isimProfile()
	p.PIN, p.T0 = testPIN, true
	use := func(simulator *simtest.Card) error {
		card, err := sim.Open(t.Context(), simulator.Channel(), sim.Config{PIN: sim.NewSecret(testPIN)})
		if err != nil {
			return err
		}
		defer card.Close()
		v := challenge(1)
		_, err = card.Authenticate(t.Context(), v.RAND, v.AUTN)
		return err
	}
	whole := simtest.New(p)
	if err := use(whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole.Commands() {
		simulator := simtest.New(p)
		simulator.RemoveAfter(n)
		if err := use(simulator); !errors.Is(err, apdu.ErrRemoved) {
			t.Errorf("removed after %d commands: %v", n, err)
		}
	}
}

// stuck is a card whose reader hangs on AUTHENTICATE.
type stuck struct {
	apdu.Channel
	entered, release chan struct{}
}

func (s stuck) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if command[1] == apdu.Authenticate {
		close(s.entered)
		<-s.release
	}
	return s.Channel.Transmit(ctx, command)
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	ch := stuck{simtest.New(usimProfile()).Channel(), make(chan struct{}), make(chan struct{})}
	card, err := sim.Open(t.Context(), ch, sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	v := challenge(1)
	first := make(chan error)
	go func() {
		_, err := card.Authenticate(t.Context(), v.RAND, v.AUTN)
		first <- err
	}()
	<-ch.entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := card.Authenticate(ctx, v.RAND, v.AUTN); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(ch.release)
	if err := <-first; err != nil {
		t.Error(err)
	}
}
