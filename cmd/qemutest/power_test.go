//go:build qemu

package qemutest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
)

// cuts is how often the power goes, over all boards.
const cuts = 50

// TestPowerCuts: the power goes at any moment while the SIM's sequence numbers
// are written, again and again. The board always boots, its phone finds what it
// knew, old or new, and registers.
func TestPowerCuts(t *testing.T) {
	const boards = 2
	for i := range boards {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			board := start(t, site.Pair(), Setup{Model: Virt, Settings: quiet})
			if _, err := board.Console.Await(long(t), 0, Registered); err != nil {
				t.Fatal(err)
			}
			for n := range cuts / boards {
				mark := cutWhileWriting(t, board)
				if err := board.PowerOn(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := board.Console.Await(long(t), mark, Registered); err != nil {
					t.Fatalf("after cut %d: %v", n+1, err)
				}
				for _, wrong := range []string{"no sequence numbers", "damaged", "can't be used", "is wrong", "there is no configuration"} {
					if strings.Contains(board.Console.Since(mark), wrong) {
						t.Fatalf("after cut %d something was lost:\n%s", n+1, board.Console.Since(mark))
					}
				}
			}
		})
	}
}

// cutWhileWriting lets the phone register over and over, each time with a new
// sequence number, and cuts the power in the middle of it. It gives the mark of
// the console at the cut.
func cutWhileWriting(t *testing.T, board *Board) int {
	t.Helper()
	ctx := long(t)
	shell, err := board.LogIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer shell.Close()
	writing, err := shell.Start("while :; do imsphone register; sync; done")
	if err != nil {
		t.Fatal(err)
	}
	defer writing()
	from := board.Console.Mark()
	if _, err := board.Console.Await(ctx, from, Registered); err != nil {
		t.Fatal(err)
	}
	time.Sleep(rand.N(500 * time.Millisecond)) // whatever it does then
	if err := board.PowerCut(); err != nil {
		t.Fatal(err)
	}
	return board.Console.Mark()
}

// TestFullDisk: with a state partition that is full the phone says so, and a call
// goes on; when there is room again it registers as before.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	ctx := long(t)
	pair := site.Pair()
	board := start(t, pair, Setup{Model: Virt, Settings: quiet, InAccount: "auto_answer = true\n"})
	if _, err := board.Console.Await(ctx, 0, Registered); err != nil {
		t.Fatal(err)
	}
	far, err := site.StartFar(ctx, pair, 660, "", "")
	if err != nil {
		t.Fatal(err)
	}
	shell, err := board.LogIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer shell.Close()
	if _, err := far.Dial(ctx, "", pair.Board.Name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := far.Await(ctx, 0, "answered"); err != nil {
		t.Fatal(err)
	}
	mark := board.Console.Mark()
	if _, err := shell.Run(ctx, "dd if=/dev/zero of=/state/fill bs=64k 2>/dev/null; dd if=/dev/zero of=/state/fill2 bs=1k 2>/dev/null; imsphone register"); err != nil {
		t.Fatal(err)
	}
	if _, err := board.Console.Await(ctx, mark, "disk full"); err != nil {
		t.Error(err)
	}
	if s := inCall(t, ctx, shell); s.Quality == nil || s.Quality.ReceivedPackets == 0 {
		t.Errorf("the call with a full disk: %+v", s)
	}
	mark = board.Console.Mark()
	if _, err := shell.Run(ctx, "rm /state/fill /state/fill2; imsphone register"); err != nil {
		t.Fatal(err)
	}
	if _, err := board.Console.Await(ctx, mark, Registered); err != nil {
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
