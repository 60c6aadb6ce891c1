//go:build qemu

package qemutest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/phone"
)

// start builds a board, powers it on and cuts its power at the end of the test.
func start(t *testing.T, p Pair, setup Setup) *Board {
	t.Helper()
	b, err := site.Build(p, setup)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.PowerOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of %s's console:\n%s", setup.Model.Board, b.Console.End(60))
		}
		b.PowerCut()
	})
	return b
}

// registered starts a board, waits until its phone has registered, and logs in.
func registered(t *testing.T, ctx context.Context, p Pair, setup Setup) (*Board, *Shell) {
	t.Helper()
	b := start(t, p, setup)
	if _, err := b.Console.Await(ctx, 0, Registered); err != nil {
		t.Fatal(err)
	}
	shell, err := b.LogIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shell.Close() })
	return b, shell
}

// startFar starts the far phone of a pair.
func startFar(t *testing.T, ctx context.Context, p Pair, hz int, more, inAccount string, o phone.Options) *Far {
	t.Helper()
	far, err := site.StartFarWith(ctx, p, hz, more, inAccount, o)
	if err != nil {
		t.Fatal(err)
	}
	return far
}

// quiet is a phone without sound.
const quiet = "[audio]\ndevice = \"fake:tone=440\"\n"

// TestImages: the image of each board boots, and its phone starts by itself,
// registers with AKA and the kernel's ESP, places a call and takes one. Its clock
// is set by NTP, to a day that is neither the image's nor ours, and it knows the
// hour of its place.
func TestImages(t *testing.T) {
	clock, err := StartClock(40 * 24 * time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { clock.Close() })
	const india = "timezone = Asia/Kolkata\n"
	for _, model := range []Model{Pi2, Virt, Pi0} { // the slowest one first
		t.Run(model.Board, func(t *testing.T) {
			t.Parallel()
			ctx := long(t)
			pair := site.Pair()
			// A program that sleeps on QEMU's Pi Zero may never wake up, and the script
			// that starts ntpd sleeps until there is a network.
			asks, network := model.Board != Pi0.Board, india
			if asks {
				network += fmt.Sprintf("ntp = %s\n", clock.Addr())
			}
			_, shell := registered(t, ctx, pair, Setup{Model: model, Settings: quiet, InAccount: "auto_answer = true\n", Network: network})
			far := startFar(t, ctx, pair, 660, "", "auto_answer = true\n", phone.Options{})
			var status actors.Status
			if err := shell.JSON(ctx, "status", &status); err != nil {
				t.Fatal(err)
			}
			a := status.Accounts[0]
			if a.State != "registered" || a.Security != "ipsec" || len(a.Associations) != 1 || a.Associations[0].SAs[0].Counters.Packets == 0 {
				t.Errorf("%+v", a)
			}
			if users, err := shell.Run(ctx, "grep ^esp4 /proc/modules | cut -d' ' -f3"); err != nil || strings.TrimSpace(users) != "4" {
				t.Errorf("the kernel's ESP has %q SAs, not 4: %v", users, err)
			}
			talk(t, ctx, far, func() error { _, err := far.Dial(ctx, "", pair.Board.Name); return err })
			talk(t, ctx, far, func() error { _, err := shell.Run(ctx, "imsphone call "+pair.Far.Name); return err })
			if asks {
				goesBy(t, ctx, shell, clock)
			}
			if zone, err := shell.Run(ctx, "date +%z"); err != nil || zone != "+0530\n" {
				t.Errorf("the board's time zone is %q: %v", zone, err)
			}
		})
	}
}

// goesBy waits until a board's clock has been set by another one.
func goesBy(t *testing.T, ctx context.Context, shell *Shell, clock *Clock) {
	t.Helper()
	const near = time.Minute // of a host that is busy
	for ; ; time.Sleep(time.Second) {
		out, err := shell.Run(ctx, "date +%s")
		if err != nil {
			t.Fatalf("the board's clock isn't set: %v", err)
		}
		s, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if clock.Now().Sub(time.Unix(s, 0)).Abs() < near {
			return
		}
	}
}

// talk has a call that the far end, too, sees answered and ended.
func talk(t *testing.T, ctx context.Context, far *Far, dial func() error) {
	t.Helper()
	hangUp(t, ctx, far, answered(t, ctx, far, dial))
}

// answered has a call made, and gives the place before it in the far phone's
// events.
func answered(t *testing.T, ctx context.Context, far *Far, dial func() error) (from int) {
	t.Helper()
	from = far.Mark()
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := far.Await(ctx, from, "answered"); err != nil {
		t.Fatal(err)
	}
	return from
}

// hangUp ends the call that was made after from.
func hangUp(t *testing.T, ctx context.Context, far *Far, from int) {
	t.Helper()
	if err := far.Hangup(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := far.Await(ctx, from, "ended"); err != nil {
		t.Fatal(err)
	}
}

// buildForGuest compiles a program of this directory for a board, and gives its
// path.
func buildForGuest(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", path, "./"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=arm", "GOARM=7")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}
