//go:build qemu

package qemutest

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/phone"
)

// cuts is how often the power goes, over all boards; in short mode less often.
func cuts() int {
	if testing.Short() {
		return 6
	}
	return 50
}

// TestPowerCuts: the power goes at any moment while state is written, again and
// again. The board always boots, and finds what was written last, or what was
// being written; its phone starts, and in the end it is registered with what its
// SIM has always known.
func TestPowerCuts(t *testing.T) {
	const boards = 2
	scribe := buildForGuest(t, "scribe")
	for i := range boards {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			board := start(t, site.Pair(), Setup{Model: VirtKernel, Settings: quiet, Files: []string{scribe}})
			// The SIM has numbers to keep once it has answered its first challenge.
			if _, err := board.Console.Await(long(t), 0, Registered); err != nil {
				t.Fatal(err)
			}
			last, mark := 0, 0
			for n := range cuts() / boards {
				last = cutWhileWriting(t, board, last)
				mark = board.Console.Mark()
				if err := board.PowerOn(t.Context()); err != nil {
					t.Fatalf("after cut %d: %v", n+1, err)
				}
			}
			if _, err := board.Console.Await(long(t), mark, Registered); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d cuts, %d numbers written", cuts()/boards, last)
			for _, wrong := range []string{"damaged", "can't be used", "can't be kept", "is wrong", "there is no configuration"} {
				if text := board.Console.Since(0); strings.Contains(text, wrong) {
					t.Errorf("%q after a power cut:\n%s", wrong, text)
				}
			}
			if n := strings.Count(board.Console.Since(0), "no sequence numbers yet"); n > 1 {
				t.Errorf("the SIM has lost its sequence numbers: it began anew %d times", n)
			}
		})
	}
}

// cutWhileWriting lets numbers be written and cuts the power in the middle of it.
// It checks that the first number found is the last that was told before, or the
// one after it, and gives the last that is told now.
func cutWhileWriting(t *testing.T, board *Board, last int) int {
	t.Helper()
	ctx := long(t)
	shell, err := board.LogIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer shell.Close()
	out, stop, err := shell.Start("/boot/scribe /state/scribe 2>&1")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	told := make(chan int)
	go func() {
		defer close(told)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Errorf("the scribe says %q", lines.Text())
				return
			}
			told <- n
		}
	}()
	found, ok := <-told
	// One more may have been saved that nobody was told of any more, or several
	// whose numbers were on their way.
	if !ok || found < last {
		t.Fatalf("%d was saved, %d is found", last, found)
	}
	last = found
	cut := time.After(50*time.Millisecond + rand.N(time.Second))
	for waiting := true; waiting; {
		select {
		case n, ok := <-told:
			if !ok {
				t.Fatal("the scribe stopped")
			}
			last = n
		case <-cut:
			waiting = false
		}
	}
	if err := board.PowerCut(); err != nil {
		t.Fatal(err)
	}
	shell.Close()         // nobody says goodbye
	for n := range told { // what came before the cut
		last = n
	}
	return last
}

// TestFullDisk: with a state partition that is full the phone says so when it
// renews its registration, as the SIM can't keep its sequence number, and a call
// goes on; when there is room again it registers as before.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	ctx := long(t)
	pair := site.Pair()
	board, shell := registered(t, ctx, pair, Setup{Model: VirtKernel, Settings: quiet, InAccount: "auto_answer = true\nexpires = 10\n"})
	far := startFar(t, ctx, pair, 660, "", "", phone.Options{})
	if _, err := far.Dial(ctx, "", pair.Board.Name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := far.Await(ctx, 0, "answered"); err != nil {
		t.Fatal(err)
	}
	mark := board.Console.Mark()
	if _, err := shell.Run(ctx, "dd if=/dev/zero of=/state/fill bs=64k 2>/dev/null; dd if=/dev/zero of=/state/fill2 bs=1k 2>/dev/null; true"); err != nil {
		t.Fatal(err)
	}
	if _, err := board.Console.Await(ctx, mark, "disk full"); err != nil {
		t.Error(err)
	}
	told := received(t, ctx, shell, 0)
	received(t, ctx, shell, told)
	mark = board.Console.Mark()
	if _, err := shell.Run(ctx, "rm /state/fill /state/fill2; imsphone register"); err != nil {
		t.Fatal(err)
	}
	// Its security associations may still stand.
	if _, err := board.Console.Await(ctx, mark, `event=(registered|refreshed)`); err != nil {
		t.Error(err)
	}
	inCall(t, ctx, shell)
	if err := far.Hangup(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := far.Await(ctx, 0, "ended"); err != nil {
		t.Fatal(err)
	}
}

// received waits until the board's only call tells of more packets than these, and
// gives their number: it is told every two seconds.
func received(t *testing.T, ctx context.Context, shell *Shell, before uint64) uint64 {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		s := inCall(t, ctx, shell)
		if s.Quality != nil && s.Quality.ReceivedPackets > before {
			return s.Quality.ReceivedPackets
		}
		if time.Now().After(end) {
			t.Fatalf("for a minute the call received nothing: %+v", s.Quality)
		}
	}
}

// inCall gives the status of the board's only call.
func inCall(t *testing.T, ctx context.Context, shell *Shell) actors.CallStatus {
	t.Helper()
	var status actors.Status
	if err := shell.JSON(ctx, "status", &status); err != nil {
		t.Fatal(err)
	}
	if len(status.Calls) != 1 || status.Calls[0].StateName != "active" {
		t.Fatalf("no call is up: %+v", status.Calls)
	}
	return status.Calls[0]
}
