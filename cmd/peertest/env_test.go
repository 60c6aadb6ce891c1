//go:build peers

package peertest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// bound is the longest that one step of a test may take. It is generous: the
// machine may be busy, and a step that works ends long before.
const bound = 2 * time.Minute

// built is the phone that the tests run, compiled once by TestMain. That it
// doesn't compile fails the tests that need it, not those of the harness.
var built struct {
	path string
	err  error
}

func TestMain(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "the peer tests cannot run:\n"+err.Error())
		os.Exit(1)
	}
	dir, err := os.MkdirTemp("", "imspeer-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if built.path = os.Getenv("IMSPHONE_BINARY"); built.path == "" { // a guest has no compiler's cache
		built.path, built.err = BuildPhone(context.Background(), dir)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func prepare() error {
	if err := Need(Programs()...); err != nil {
		return err
	}
	return Sweep()
}

// An env is a lab that belongs to a test, with its errors turned into failures.
type env struct {
	*Lab
	t *testing.T
}

func newEnv(t *testing.T) *env {
	t.Helper()
	lab, err := NewLab(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(lab.Logs(20_000))
		}
		if err := lab.Close(); err != nil {
			t.Error(err)
		}
	})
	return &env{lab, t}
}

// step gives a context for one step of the test.
func (e *env) step() context.Context {
	ctx, cancel := context.WithTimeout(e.t.Context(), bound)
	e.t.Cleanup(cancel)
	return ctx
}

func (e *env) host(name string, number uint8) *Host {
	e.t.Helper()
	return must(e.Host(name, number))(e.t)
}

// users are the accounts of every lab's registrar.
func users() map[string]string {
	return map[string]string{"alice": "wonderland", "bob": "builder", "carol": "christmas"}
}

func (e *env) kamailio(c KamailioConfig) *Kamailio {
	e.t.Helper()
	if c.Users == nil {
		c.Users = users()
	}
	return must(StartKamailio(e.step(), e.host("kamailio", 11), c))(e.t)
}

// must unwraps a result: must(f())(t) fails the test when f gave an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// toneWanted is how much of the other side's tone each side has to hear
// without a gap: less in a guest, whose one processor all programs share, as it
// is there for the signalling.
func toneWanted() time.Duration {
	if esp() == "unprotected" {
		return 1500 * time.Millisecond
	}
	return 200 * time.Millisecond
}

// phone starts an imsphone.
func (e *env) phone(h *Host, c PhoneConfig) *Phone {
	e.t.Helper()
	check(e.t, built.err)
	c.Binary = built.path
	p := must(StartPhone(e.step(), h, c))(e.t)
	e.t.Cleanup(func() {
		if e.t.Failed() && p.Running() {
			e.t.Log(p.messages())
		}
	})
	return p
}

// messages gives what the phone has sent and received, for a failed test to
// print.
func (p *Phone) messages() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	trace, err := p.Trace(ctx)
	if err != nil {
		return p.Name + ": " + err.Error()
	}
	var b strings.Builder
	for _, r := range trace {
		arrow := "<-"
		if r.Out {
			arrow = "->"
		}
		fmt.Fprintf(&b, "=== %s: %s %s %s\n%s\n", p.Name, r.Local, arrow, r.Remote, r.Raw)
	}
	return b.String()
}

// A listener can tell whether it hears a tone.
type listener interface {
	WaitTone(ctx context.Context, hz float64, want time.Duration) error
}

// hears waits until the listener has heard the tone.
func (e *env) hears(l listener, hz int) {
	e.t.Helper()
	check(e.t, l.WaitTone(e.step(), float64(hz), toneWanted()))
}
