//go:build qemu

package qemutest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/hw/standstill"
	"github.com/imsphone/imsphone/media/tone"
)

// The tones, in Hz: no multiples of 50, as a lost frame of 20 ms is a break then.
const (
	farHz  = 637 // what the far phone says
	nearHz = 443 // what is said into the board's sound card
)

// cableSettings are a phone at one side of the kernel's loopback card.
const cableSettings = "[audio]\ndevice = \"hw:CARD=Loopback,DEV=0\"\n" + buffered

// buffered, in [audio], are 8 periods of 20 ms.
const buffered = "buffer = 160\n"

// counterSettings let it tell its device's counters when it lets go of it.
const counterSettings = "[log]\nlevel = \"debug\"\n"

// lossless is the codec: what comes out can be compared. Both jitter buffers hold
// as much as the devices do, and so bear that the other end stood still.
const lossless = "[media]\ncodecs = [\"PCMA\"]\njitter_min = 160\n"

// How long a call settles, and how long it is listened to then.
const (
	settling  = 4 * time.Second
	listening = 10 * time.Second
)

// TestSound: a tone comes through the whole phone whole, in both directions: from
// the far phone to what is heard at the other side of the board's sound card, and
// from there to the far phone's ear. Not a sample is missing.
//
// A host that is busy keeps the machine, or the far phone, from running for longer
// than any buffer holds. That is proven, and the call tried again; without having
// been heard whole nothing passes.
func TestSound(t *testing.T) {
	ctx := long(t)
	pair := site.Pair()
	board, shell := registered(t, ctx, pair, Setup{Model: VirtKernel, Settings: cableSettings + counterSettings + lossless,
		InAccount: "auto_answer = true\n", Files: []string{buildForGuest(t, "probe")}})
	far := startFar(t, ctx, pair, farHz, buffered+lossless, "", phone.Options{})
	if _, err := shell.Run(ctx, "/sbin/modprobe snd-aloop"); err != nil {
		t.Fatal(err)
	}
	goAhead(t, board)
	const limit = 80 * time.Millisecond // half of what each buffer holds
	undisturbed(t, limit, func() (stoodStill time.Duration, err error) {
		s := soundOf(t, ctx, board, shell, far, pair.Board.Name)
		t.Logf("%+v", s)
		return max(s.Near.StoodStill, s.HostStoodStill), s.check()
	})
}

// undisturbed tries a call that has to sound well as long as neither the guest nor
// the host stands still for as long as the limit. It is tried again only where one of
// them did, for as long as call tells.
func undisturbed(t *testing.T, limit time.Duration, call func() (stoodStill time.Duration, err error)) {
	t.Helper()
	const tries = 8
	for range tries {
		stoodStill, err := call()
		if err == nil {
			return
		}
		t.Log(err)
		if stoodStill < limit {
			t.Fatal("neither the guest nor the host stood still meanwhile")
		}
	}
	t.Fatalf("the machine stood still in each of %d calls: try on a host that is less busy", tries)
}

// goAhead lets a board run before everything else on the host, as long as the test
// takes.
func goAhead(t *testing.T, b *Board) {
	t.Helper()
	back, err := b.Ahead()
	t.Cleanup(back)
	if err != nil {
		t.Logf("the host's other work may get in the way: %v", err)
	}
}

// soundTest is how a call sounded.
type soundTest struct {
	Near           report.Tone
	Far            tone.Heard
	Card           audio.Stats // the phone's own counters
	HostStoodStill time.Duration
}

// soundOf has a call, listens at both ends, and hangs up.
func soundOf(t *testing.T, ctx context.Context, board *Board, shell *Shell, far *Far, near string) (s soundTest) {
	t.Helper()
	vigil := standstill.Watch()
	defer vigil.Stop()
	from := answered(t, ctx, far, func() error { _, err := far.Dial(ctx, "", near); return err })
	out, err := shell.Run(ctx, fmt.Sprintf("/boot/probe -speak %d -hear %d -settle %v -for %v", nearHz, farHz, settling, listening))
	if err != nil {
		t.Fatal(err)
	}
	s.HostStoodStill = vigil.Longest()
	printed := board.Console.Mark()
	hangUp(t, ctx, far, from)
	line, err := board.Console.Await(ctx, printed, `an audio device is closed.*periods=(\{.*?\})`)
	if err != nil {
		t.Fatal(err)
	}
	s.Far, err = far.Heard(nearHz, settling)
	if err := errors.Join(err, json.Unmarshal([]byte(out), &s.Near), json.Unmarshal([]byte(line[1]), &s.Card)); err != nil {
		t.Fatal(err)
	}
	return s
}

// check tells what isn't perfect.
func (s soundTest) check() error {
	whole := tone.Expectation{Tolerance: 0.05, Level: -20}
	whole.Frequency, whole.Seconds = farHz, listening.Seconds()
	if err := s.Near.Check(whole); err != nil {
		return fmt.Errorf("at the board: %w", err)
	}
	whole.Frequency, whole.Seconds = nearHz, listening.Seconds()-0.5 // it hears the end of what settles, and not all of the rest
	if err := s.Far.Check(whole); err != nil {
		return fmt.Errorf("at the far end: %w", err)
	}
	if s.Near.Lost > 0 || s.Card.Xruns > 0 {
		return fmt.Errorf("%w: %d periods were lost at the other side of the card, the phone's own device had %d xruns", tone.ErrNotHeard, s.Near.Lost, s.Card.Xruns)
	}
	return nil
}
