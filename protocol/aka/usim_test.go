package aka

import (
	"encoding/json"
	"errors"
	"testing"
)

// subscriber is TS 35.207's test set 1 with both algorithm sets.
func subscribers(t testing.TB) map[string]Functions {
	k, op := [16]byte(unhex(t, milenageSets[0].k)), [16]byte(unhex(t, milenageSets[0].op))
	tuak, err := NewTUAK(k[:], [32]byte{1, 2, 3}, TUAKOptions{RES: 128})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Functions{"Milenage": NewMilenage(k, op), "TUAK": tuak}
}

func newUSIM(t testing.TB, f Functions, s State, l Limits) *USIM {
	t.Helper()
	u, err := NewUSIM(f, s, l)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var testRAND = [16]byte{0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d, 0x21, 0x8a, 0xe6, 0x4d, 0xae, 0x47, 0xbf, 0x35}

func TestCardAndNetworkAgree(t *testing.T) {
	for name, f := range subscribers(t) {
		t.Run(name, func(t *testing.T) {
			u, g := newUSIM(t, f, State{}, Limits{}), NewGenerator(0)
			for n := range 100 {
				rand := testRAND
				rand[0] = byte(n)
				v := Generate(f, rand, g.Next(), AMF{0x80, byte(n)})
				r, err := u.Authenticate(v.RAND, v.AUTN)
				if err != nil {
					t.Fatalf("challenge %d: %v", n, err)
				}
				if !r.Keys.Equal(v.Keys) || r.AMF != (AMF{0x80, byte(n)}) || r.SQN != g.Last() || u.SQN() != g.Last() {
					t.Fatalf("challenge %d: keys equal %v, AMF %x, SQN %d of %d", n, r.Keys.Equal(v.Keys), r.AMF, r.SQN, g.Last())
				}
				if !r.AMF.Separation() {
					t.Fatal("the separation bit of 80xx isn't seen")
				}
			}
		})
	}
	if (AMF{0x7f, 0xff}).Separation() {
		t.Error("7fff has a separation bit")
	}
}

func TestEveryFlippedBitOfAUTNIsRefused(t *testing.T) {
	for name, f := range subscribers(t) {
		t.Run(name, func(t *testing.T) {
			u := newUSIM(t, f, State{}, Limits{})
			v := Generate(f, testRAND, 32*1000+5, AMF{0xb9, 0xb9})
			for bit := range 128 {
				autn := v.AUTN
				autn[bit/8] ^= 0x80 >> (bit % 8)
				r, err := u.Authenticate(v.RAND, autn)
				if !errors.Is(err, ErrMAC) {
					t.Errorf("bit %d: %v", bit, err)
				}
				if !r.Keys.Equal(Keys{}) {
					t.Errorf("bit %d: keys given away", bit)
				}
			}
			for bit := range 128 {
				rand := v.RAND
				rand[bit/8] ^= 0x80 >> (bit % 8)
				if _, err := u.Authenticate(rand, v.AUTN); !errors.Is(err, ErrMAC) {
					t.Errorf("bit %d of RAND: %v", bit, err)
				}
			}
			if u.State() != (State{}) {
				t.Error("a refused challenge changed the state")
			}
			if _, err := u.Authenticate(v.RAND, v.AUTN); err != nil {
				t.Errorf("the whole challenge: %v", err)
			}
		})
	}
}

func TestWrongSecretsAreAMACFailure(t *testing.T) {
	k, op := [16]byte(unhex(t, milenageSets[0].k)), [16]byte(unhex(t, milenageSets[0].op))
	u := newUSIM(t, NewMilenageOPc(k, op), State{}, Limits{}) // OP where OPc belongs
	v := Generate(NewMilenage(k, op), testRAND, 64, AMF{})
	if _, err := u.Authenticate(v.RAND, v.AUTN); !errors.Is(err, ErrMAC) {
		t.Errorf("%v, want ErrMAC", err)
	}
}

// at is SQN with SEQ and IND.
func at(seq uint64, ind int) uint64 { return joinSQN(seq, ind) }

// The cases of TS 33.102 Annex C.2: each is a card that has accepted the first
// numbers, and one number more.
func TestFreshness(t *testing.T) {
	tests := []struct {
		name     string
		accepted []uint64
		limits   Limits
		sqn      uint64
		ok       bool
		behind   uint64
		ahead    uint64
	}{
		{name: "a new card's first", sqn: at(1, 0), ok: true},
		{name: "SEQ 0 is never fresh", sqn: at(0, 3)},
		{name: "the same again", accepted: []uint64{at(7, 1)}, sqn: at(7, 1)},
		{name: "the same again in the later of two places", accepted: []uint64{at(7, 1), at(7, 2)}, sqn: at(7, 2)},
		{name: "the same again in the earlier of two places", accepted: []uint64{at(7, 1), at(7, 2)}, sqn: at(7, 1), behind: 1},
		{name: "older in its own place", accepted: []uint64{at(7, 1)}, sqn: at(6, 1), behind: 32},
		{name: "older, but its place is free", accepted: []uint64{at(7, 1)}, sqn: at(6, 2), ok: true},
		{name: "same SEQ in another place", accepted: []uint64{at(7, 1)}, sqn: at(7, 2), ok: true},
		{name: "behind by 96", accepted: []uint64{at(10, 4)}, sqn: at(7, 4), ok: false, behind: 96},
		{name: "a jump of 2^28", accepted: []uint64{at(7, 1)}, sqn: at(7+1<<28, 2), ok: true},
		{name: "a jump of more", accepted: []uint64{at(7, 1)}, sqn: at(8+1<<28, 1), ahead: 32 * (1 + 1<<28)},
		{name: "a jump beyond a limit of its own", accepted: []uint64{at(3, 0), at(7, 1)}, limits: Limits{Delta: 4}, sqn: at(12, 1), ahead: 160},
		{name: "a jump as far as a limit of its own", accepted: []uint64{at(3, 0), at(7, 1)}, limits: Limits{Delta: 4}, sqn: at(11, 1), ok: true},
		{name: "as old as the age limit", accepted: []uint64{at(7, 1)}, limits: Limits{Age: 3}, sqn: at(4, 2), ok: true},
		{name: "older than the age limit", accepted: []uint64{at(7, 1)}, limits: Limits{Age: 3}, sqn: at(3, 1), behind: 128},
		{name: "the greatest number of all", accepted: []uint64{}, limits: Limits{Delta: maxSEQ}, sqn: 1<<48 - 1, ok: true},
	}
	for name, f := range subscribers(t) {
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				u := newUSIM(t, f, State{}, tt.limits)
				for _, sqn := range tt.accepted {
					v := Generate(f, testRAND, sqn, AMF{})
					if _, err := u.Authenticate(v.RAND, v.AUTN); err != nil {
						t.Fatal(err)
					}
				}
				before, highest := u.State(), u.SQN()
				v := Generate(f, testRAND, tt.sqn, AMF{0x80})
				r, err := u.Authenticate(v.RAND, v.AUTN)
				if tt.ok {
					if err != nil || r.SQN != tt.sqn {
						t.Fatalf("SQN %d: %v", r.SQN, err)
					}
					return
				}
				var sync *SyncError
				if !errors.As(err, &sync) || sync.Error() == "" {
					t.Fatalf("%v, want a SyncError", err)
				}
				if sync.Behind != tt.behind || sync.Ahead != tt.ahead {
					t.Errorf("behind by %d, ahead by %d, want %d, %d", sync.Behind, sync.Ahead, tt.behind, tt.ahead)
				}
				if u.State() != before {
					t.Error("the refused number changed the state")
				}
				if sqn, err := Resynchronise(f, testRAND, sync.AUTS); err != nil || sqn != highest {
					t.Errorf("AUTS gives %d (%v), want %d", sqn, err, highest)
				}
			})
		}
	}
}

func TestResynchronisationMendsTheNetwork(t *testing.T) {
	for name, f := range subscribers(t) {
		t.Run(name, func(t *testing.T) {
			state := State{4: 1000, 5: 1001}
			u, g := newUSIM(t, f, state, Limits{}), NewGenerator(at(3, 3))
			v := Generate(f, testRAND, g.Next(), AMF{})
			var sync *SyncError
			if _, err := u.Authenticate(v.RAND, v.AUTN); !errors.As(err, &sync) {
				t.Fatalf("%v, want a SyncError", err)
			}
			sqn, err := Resynchronise(f, v.RAND, sync.AUTS)
			if err != nil || sqn != at(1001, 5) {
				t.Fatalf("SQN_MS %d, %v", sqn, err)
			}
			g.Resynchronise(sqn)
			v = Generate(f, testRAND, g.Next(), AMF{})
			if _, err := u.Authenticate(v.RAND, v.AUTN); err != nil {
				t.Errorf("after resynchronisation: %v", err)
			}
		})
	}
}

func TestEveryFlippedBitOfAUTSIsRefused(t *testing.T) {
	for name, f := range subscribers(t) {
		t.Run(name, func(t *testing.T) {
			u := newUSIM(t, f, State{1: 500}, Limits{})
			v := Generate(f, testRAND, at(499, 1), AMF{})
			var sync *SyncError
			if _, err := u.Authenticate(v.RAND, v.AUTN); !errors.As(err, &sync) {
				t.Fatal(err)
			}
			for bit := range 8 * len(sync.AUTS) {
				auts := sync.AUTS
				auts[bit/8] ^= 0x80 >> (bit % 8)
				if _, err := Resynchronise(f, v.RAND, auts); !errors.Is(err, ErrMACS) {
					t.Errorf("bit %d: %v", bit, err)
				}
			}
			if _, err := Resynchronise(f, [16]byte{}, sync.AUTS); !errors.Is(err, ErrMACS) {
				t.Errorf("AUTS for another RAND: %v", err)
			}
		})
	}
}

func TestGenerator(t *testing.T) {
	g := NewGenerator(at(41, 30))
	for _, want := range []uint64{at(42, 31), at(43, 0), at(44, 1)} {
		if got := g.Next(); got != want || g.Last() != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
	g.Resynchronise(at(44, 9)) // the card would take the next one
	if got, want := g.Next(), at(45, 2); got != want {
		t.Errorf("after a needless AUTS %d, want %d", got, want)
	}
	g.Resynchronise(at(100, 9))
	if got, want := g.Next(), at(101, 3); got != want {
		t.Errorf("after AUTS ahead %d, want %d", got, want)
	}
	g = NewGenerator(at(1<<30, 0))
	g.Resynchronise(at(5, 0)) // too far ahead for the card
	if got, want := g.Next(), at(6, 1); got != want {
		t.Errorf("after AUTS far behind %d, want %d", got, want)
	}
	if got := NewGenerator(1<<48 - 1).Next(); got != 0 {
		t.Errorf("after the last number %d", got)
	}
}

func TestStateSurvivesAStore(t *testing.T) {
	f := subscribers(t)["Milenage"]
	u := newUSIM(t, f, State{}, Limits{})
	v := Generate(f, testRAND, at(9, 31), AMF{})
	if _, err := u.Authenticate(v.RAND, v.AUTN); err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(u.State())
	if err != nil {
		t.Fatal(err)
	}
	var read State
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatal(err)
	}
	again := newUSIM(t, f, read, Limits{})
	var sync *SyncError
	if _, err := again.Authenticate(v.RAND, v.AUTN); !errors.As(err, &sync) || again.SQN() != u.SQN() {
		t.Errorf("a replay after a restart: %v, SQN %d of %d", err, again.SQN(), u.SQN())
	}
	if _, err := NewUSIM(f, State{3: 1 << 43}, Limits{}); err == nil {
		t.Error("a SEQ of 44 bits was taken")
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	for name, f := range subscribers(b) {
		b.Run(name, func(b *testing.B) {
			v := Generate(f, testRAND, at(1, 1), AMF{})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := newUSIM(b, f, State{}, Limits{}).Authenticate(v.RAND, v.AUTN); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
