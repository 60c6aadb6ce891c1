package hss_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/protocol/aka"
)

var update = flag.Bool("update", false, "write the golden files")

func next(t *testing.T, s *hss.Store) aka.Vector {
	t.Helper()
	v, err := s.Vector(impi)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectors(t *testing.T) {
	store, card := newStore(t), newCard(t)
	seen := map[[16]byte]bool{}
	for range 70 {
		v := next(t, store)
		result, err := card.Authenticate(v.RAND, v.AUTN)
		if err != nil || !result.Keys.Equal(v.Keys) || result.AMF != (aka.AMF{0x80, 0}) || seen[v.RAND] {
			t.Fatalf("%v, AMF %x, seen %v", err, result.AMF, seen[v.RAND])
		}
		seen[v.RAND] = true
	}
}

func TestResync(t *testing.T) {
	store := newStore(t)
	card, err := aka.NewUSIM(aka.NewMilenageOPc(testK, testOPc), aka.State{1: 500}, aka.Limits{Age: 1})
	if err != nil {
		t.Fatal(err)
	}
	v := next(t, store)
	_, err = card.Authenticate(v.RAND, v.AUTN)
	var sync *aka.SyncError
	if !errors.As(err, &sync) {
		t.Fatal(err)
	}
	for i := range sync.AUTS {
		forged := sync.AUTS
		forged[i] ^= 1
		if err := store.Resync(impi, v.RAND, forged); !errors.Is(err, aka.ErrMACS) {
			t.Errorf("octet %d flipped: %v", i, err)
		}
	}
	if err := store.Resync(impi, v.RAND, sync.AUTS); err != nil {
		t.Fatal(err)
	}
	v = next(t, store)
	if _, err := card.Authenticate(v.RAND, v.AUTN); err != nil {
		t.Error(err)
	}
}

func TestMisbehaviour(t *testing.T) {
	store, card := newStore(t), newCard(t)
	set := func(m hss.Misbehaviour) {
		t.Helper()
		if err := store.Misbehave(impi, m); err != nil {
			t.Fatal(err)
		}
	}
	good := func() {
		t.Helper()
		v := next(t, store)
		if _, err := card.Authenticate(v.RAND, v.AUTN); err != nil {
			t.Error(err)
		}
	}

	set(hss.Misbehaviour{OldSQN: true, Times: 1}) // as a new subscriber's first, too
	v := next(t, store)
	var sync *aka.SyncError
	if _, err := card.Authenticate(v.RAND, v.AUTN); !errors.As(err, &sync) {
		t.Error("old SQN:", err)
	}
	good()
	set(hss.Misbehaviour{OldSQN: true, Times: 2})
	for range 2 {
		v = next(t, store)
		if _, err := card.Authenticate(v.RAND, v.AUTN); !errors.As(err, &sync) {
			t.Error("old SQN:", err)
		}
	}
	good()
	set(hss.Misbehaviour{WrongMAC: true})
	for range 3 {
		v = next(t, store)
		if _, err := card.Authenticate(v.RAND, v.AUTN); !errors.Is(err, aka.ErrMAC) {
			t.Error("wrong MAC:", err)
		}
	}
	set(hss.Misbehaviour{ZeroInRES: true})
	for range 3 {
		v = next(t, store)
		if !bytes.Contains(v.Keys.ExposeRES(), []byte{0}) {
			t.Errorf("RES has no zero byte")
		}
	}
	set(hss.Misbehaviour{})
	good()
	if err := store.Misbehave("nobody", hss.Misbehaviour{}); !errors.Is(err, hss.ErrUserUnknown) {
		t.Error(err)
	}
}

// A random source that fails or isn't random fails the vector, with a reason.
func TestRandomSource(t *testing.T) {
	store, err := hss.NewStore(bytes.NewReader(make([]byte, 15)), alice())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Vector(impi); err == nil {
		t.Error("a vector without RAND")
	}
	if store, err = hss.NewStore(zeros{}, alice()); err != nil {
		t.Fatal(err)
	}
	if err := store.Misbehave(impi, hss.Misbehaviour{ZeroInRES: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Vector(impi); err == nil {
		t.Error("RES of the same RAND has a zero byte all at once")
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestUnfitSubscribers(t *testing.T) {
	good := bobs()
	for name, change := range map[string]func(*hss.Subscriber){
		"no private identity":       func(s *hss.Subscriber) { s.IMPI = "" },
		"no public identity":        func(s *hss.Subscriber) { s.IMPUs = nil },
		"no secret":                 func(s *hss.Subscriber) { s.Password = "" },
		"SQN too long":              func(s *hss.Subscriber) { s.SQN = 1 << 48 },
		"private identity twice":    func(s *hss.Subscriber) { s.IMPI = impi; s.IMPUs = []hss.Identity{{URI: "sip:new"}} },
		"another's public identity": func(s *hss.Subscriber) { s.IMPUs = append(s.IMPUs, hss.Identity{URI: "tel:+1(555)0001;x=y"}) },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			bad.IMPUs = append([]hss.Identity(nil), good.IMPUs...)
			change(&bad)
			if _, err := hss.NewStore(rand.Reader, alice(), bad); err == nil {
				t.Error("taken")
			}
		})
	}
}

func TestSchemesDontMix(t *testing.T) {
	store := newStore(t)
	if _, err := store.Vector(bob); !errors.Is(err, hss.ErrAuthSchemeNotSupported) {
		t.Error("a vector from a password:", err)
	}
	if err := store.Resync(bob, [16]byte{}, [14]byte{}); !errors.Is(err, hss.ErrAuthSchemeNotSupported) {
		t.Error("a password out of step:", err)
	}
	if _, err := store.DigestHA1(impi, realm); !errors.Is(err, hss.ErrAuthSchemeNotSupported) {
		t.Error("a password from a card:", err)
	}
}

// However a subscriber is printed, its secrets don't show.
func TestSecrets(t *testing.T) {
	a, b := alice(), bobs()
	printed, err := json.Marshal([]any{a, b, &a, &b})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(printed), fmt.Sprintf("%v", next(t, newStore(t)))}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		texts = append(texts, fmt.Sprintf(verb, a), fmt.Sprintf(verb, &b))
	}
	for _, text := range texts {
		low := strings.ToLower(text)
		for _, secret := range []string{bobsWay, fmt.Sprintf("%x", bobsWay), "465b5c", "70 91 92", "0x46, 0x5b", "cd63cb", "205 99 203"} {
			if strings.Contains(low, secret) {
				t.Errorf("%q shows %q", text, secret)
			}
		}
	}
}

func TestUserData(t *testing.T) {
	for name, sub := range map[string]hss.Subscriber{"filters": alice(), "plain": bobs()} {
		t.Run(name, func(t *testing.T) {
			got, err := sub.UserData()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".xml")
			if *update {
				if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(got)+"\n"); d != "" {
				t.Error(d)
			}
		})
	}
}
