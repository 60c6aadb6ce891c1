package sim_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/store"
	"github.com/imsphone/imsphone/protocol/aka"
)

func milenageKeys() sim.Keys {
	return sim.Keys{K: sim.NewSecret(testK), OPc: sim.NewSecret(testOPc)}
}

func softConfig() sim.SoftConfig {
	return sim.SoftConfig{Keys: milenageKeys(), IMSI: "001010123456789", MNCDigits: 2}
}

func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openSoft(t *testing.T, config sim.SoftConfig, state sim.State) *sim.Soft {
	t.Helper()
	s, err := sim.NewSoft(config, state)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSoft(t *testing.T) {
	withOP := softConfig()
	withOP.Keys = sim.Keys{K: sim.NewSecret(strings.ToUpper(testK)), OP: sim.NewSecret("cdc202d5 123e20f6 2b6d676a c72cb318")}
	for name, config := range map[string]sim.SoftConfig{"OPc": softConfig(), "OP": withOP} {
		t.Run(name, func(t *testing.T) {
			soft := openSoft(t, config, openStore(t, t.TempDir()))
			holds(t, soft, usimIdentity)
			if err := soft.Close(); err != nil {
				t.Error(err)
			}
			v := challenge(200)
			if _, err := soft.Authenticate(t.Context(), v.RAND, v.AUTN); err == nil {
				t.Error("a closed SIM answered")
			}
		})
	}
}

// TS 35.233 gives the vectors; here it matters that the keys get through.
func TestSoftTUAK(t *testing.T) {
	k, top := strings.Repeat("a5", 32), strings.Repeat("5a", 32)
	f, err := aka.NewTUAK([]byte(strings.Repeat("\xa5", 32)), [32]byte([]byte(strings.Repeat("\x5a", 32))), aka.TUAKOptions{RES: 128, Iterations: 2})
	if err != nil {
		t.Fatal(err)
	}
	config := softConfig()
	config.Keys = sim.Keys{K: sim.NewSecret(k), TOP: sim.NewSecret(top), RESBits: 128, Iterations: 2}
	soft := openSoft(t, config, openStore(t, t.TempDir()))
	v := aka.Generate(f, key16(testRAND), 32, aka.AMF{})
	keys, err := soft.Authenticate(t.Context(), v.RAND, v.AUTN)
	if err != nil || !keys.Equal(v.Keys) || len(keys.ExposeRES()) != 16 {
		t.Error(err)
	}
}

func TestSoftIdentity(t *testing.T) {
	config := softConfig()
	config.Public, config.Domain, config.PCSCF = []string{"sip:alice@example.com"}, "example.com", []string{"192.0.2.1"}
	id, err := openSoft(t, config, openStore(t, t.TempDir())).Identity(t.Context())
	want := sim.Identity{Private: usimIdentity.Private, Public: config.Public, Domain: "example.com", PCSCF: config.PCSCF, IMSI: config.IMSI}
	if diff := cmp.Diff(want, id); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for name, change := range map[string]func(*sim.SoftConfig){
		"no private identity": func(c *sim.SoftConfig) { c.IMSI = "" },
		"no home domain":      func(c *sim.SoftConfig) { c.IMSI, c.Private = "", "a@b" },
		"no public identity":  func(c *sim.SoftConfig) { c.IMSI, c.Private, c.Domain = "", "a@b", "b" },
		"one word":            func(c *sim.SoftConfig) { c.Public = []string{"sip:a@b\r\nX: y"} },
		"IMSI of 3":           func(c *sim.SoftConfig) { c.IMSI = "001" },
	} {
		config := softConfig()
		change(&config)
		if _, err := sim.NewSoft(config, openStore(t, t.TempDir())); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A challenge that was answered stays answered after a restart, whoever
// restarts in whatever moment.
func TestSoftNeverTakesAChallengeTwice(t *testing.T) {
	dir := t.TempDir()
	var warnings []string
	config := softConfig()
	config.Warn = func(text string) { warnings = append(warnings, text) }
	for seq := uint64(1); seq < 5; seq++ {
		state := openStore(t, dir)
		soft := openSoft(t, config, state)
		v := challenge(seq)
		if _, err := soft.Authenticate(t.Context(), v.RAND, v.AUTN); err != nil {
			t.Fatal(err)
		}
		state.Close() // and no word to soft, as in a crash
		state = openStore(t, dir)
		var stale *aka.SyncError
		if _, err := openSoft(t, config, state).Authenticate(t.Context(), v.RAND, v.AUTN); !errors.As(err, &stale) {
			t.Fatalf("SEQ %d was taken again: %v", seq, err)
		}
		state.Close()
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "starts as a new card") {
		t.Errorf("warnings %q, want one of the first start", warnings)
	}
}

// fragile is a State that fails on demand.
type fragile struct {
	load, save error
	saved      int
}

func (f *fragile) Load(string, any) error { return f.load }
func (f *fragile) Save(string, any) error {
	f.saved++
	return f.save
}

func TestSoftWithoutDisk(t *testing.T) {
	full := &fragile{load: fs.ErrNotExist, save: store.ErrFull}
	soft := openSoft(t, softConfig(), full)
	v := challenge(7)
	keys, err := soft.Authenticate(t.Context(), v.RAND, v.AUTN)
	if !errors.Is(err, store.ErrFull) || len(keys.ExposeRES()) != 0 {
		t.Errorf("keys without a saved sequence number: %v", err)
	}
	full.save = nil
	var stale *aka.SyncError
	if _, err := soft.Authenticate(t.Context(), v.RAND, v.AUTN); !errors.As(err, &stale) {
		t.Errorf("the spent challenge was taken: %v", err)
	}
	if full.saved != 1 {
		t.Errorf("%d saves, want one: a refused challenge changes nothing", full.saved)
	}
	if _, err := sim.NewSoft(softConfig(), &fragile{load: fs.ErrPermission}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("unreadable state: %v", err)
	}
	if _, err := sim.NewSoft(softConfig(), &fragile{}); err == nil || !strings.Contains(err.Error(), "0 sequence numbers") {
		t.Errorf("state of something else: %v", err)
	}
}

// A torn file costs at most the last change, and the user is told.
func TestSoftStateDamaged(t *testing.T) {
	dir := t.TempDir()
	authenticate := func(seq uint64) (warnings []string, err error) {
		state := openStore(t, dir)
		defer state.Close()
		config := softConfig()
		config.Warn = func(text string) { warnings = append(warnings, text) }
		soft := openSoft(t, config, state)
		v := challenge(seq)
		_, err = soft.Authenticate(t.Context(), v.RAND, v.AUTN)
		return warnings, err
	}
	for seq := uint64(1); seq <= 2; seq++ {
		if _, err := authenticate(seq); err != nil {
			t.Fatal(err)
		}
	}
	tear := func(pattern string) {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		if err := os.Truncate(files[0], 20); err != nil {
			t.Fatal(err)
		}
	}
	tear("sim-*.json")
	warnings, err := authenticate(1)
	var stale *aka.SyncError
	if !errors.As(err, &stale) || len(warnings) != 1 || !strings.Contains(warnings[0], "its last challenge once more") {
		t.Errorf("torn, with the generation before: %q, %v", warnings, err)
	}
	tear("sim-*.json.old")
	warnings, err = authenticate(3)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "starts as a new card") {
		t.Errorf("both torn: %q, %v", warnings, err)
	}
	if _, err = authenticate(3); !errors.As(err, &stale) {
		t.Errorf("it goes on from there: %v", err)
	}
}

func TestKeysRefused(t *testing.T) {
	k, opc := sim.NewSecret(testK), sim.NewSecret(testOPc)
	long := sim.NewSecret(strings.Repeat("12", 32))
	for text, keys := range map[string]sim.Keys{
		"give K":                                {OPc: opc},
		"exactly one of":                        {K: k},
		"exactly one of OP and OPc":             {K: k, OP: opc, OPc: opc},
		"K has 32 bytes where 16 belong":        {K: long, OPc: opc},
		"OPc has 15 bytes where 16 belong":      {K: k, OPc: sim.NewSecret(testOPc[2:])},
		"OP has to be in hexadecimal":           {K: k, OP: sim.NewSecret("zz" + testOP[2:])},
		"K has 15 bytes where 16 or 32 belong":  {K: sim.NewSecret(testK[2:]), TOP: long},
		"TOP has 16 bytes where 32 belong":      {K: k, TOP: opc},
		"TOPc has 16 bytes where 32 belong":     {K: k, TOPc: opc},
		"TUAK's RES can't have 7 bits":          {K: k, TOPc: long, RESBits: 7},
		"K has to be in hexadecimal":            {K: sim.NewSecret("g"), OP: opc},
		"OPc has to be in hexadecimal":          {K: k, OPc: sim.NewSecret("0x" + testOPc)},
		"K has 1 bytes where 16 belong":         {K: sim.NewSecret("aa"), OPc: opc},
		"exactly one of OP and OPc (for Milena": {K: k, OP: opc, TOP: long},
	} {
		config := softConfig()
		config.Keys = keys
		_, err := sim.NewSoft(config, &fragile{load: fs.ErrNotExist})
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %s", err, text)
			continue
		}
		for _, secret := range []string{testK[4:12], testOPc[4:12], testOP[4:12]} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%v tells a key", err)
			}
		}
	}
}

func TestLoadKeys(t *testing.T) {
	good := "# a card\n\nK = " + testK + "\r\nopc=\"" + testOPc + "\"\n"
	for _, test := range []struct {
		name, content string
		mode          fs.FileMode
		err, warning  string
	}{
		{"good", good, 0o600, "", ""},
		{"of Windows", "\ufeffk = " + testK + "\r\nopc = " + testOPc + "\r\n", 0o600, "", ""},
		{"read-only", good, 0o400, "", ""},
		{"group", good, 0o640, "", "open to its group (mode 0640)"},
		{"world", good, 0o644, "open to everybody (mode 0644)", ""},
		{"world-writable", good, 0o602, "open to everybody (mode 0602)", ""},
		{"no value", "k =\n" + good, 0o600, "line 1 isn't of the form", ""},
		{"no name", good + testK, 0o600, "line 5 isn't of the form", ""},
		{"unknown name", good + "ki = " + testK, 0o600, "line 5: not a name", ""},
		{"a number that is none", good + "res_bits = x" + testK, 0o600, "line 5: not a name", ""},
		{"twice", good + "k = " + testK, 0o600, "line 5 gives k a second time", ""},
		{"too long", strings.Repeat("#\n", 10000), 0o600, "no file of keys", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			keys, warning, err := sim.LoadKeys(path)
			if !strings.Contains(fmt.Sprint(err), test.err) || (test.err != "") != (err != nil) {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if !strings.Contains(warning, test.warning) || (test.warning != "") != (warning != "") {
				t.Errorf("warning %q, want %q", warning, test.warning)
			}
			if err != nil {
				if strings.Contains(err.Error(), testK) {
					t.Errorf("%v tells a key", err)
				}
				return
			}
			config := softConfig()
			config.Keys = keys
			soft := openSoft(t, config, &fragile{load: fs.ErrNotExist})
			v := challenge(1)
			if _, err := soft.Authenticate(t.Context(), v.RAND, v.AUTN); err != nil {
				t.Error(err)
			}
		})
	}
	if _, _, err := sim.LoadKeys(t.TempDir()); err == nil {
		t.Error("a directory was taken")
	}
	if _, _, err := sim.LoadKeys(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
