//go:build qemu

package qemutest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
)

// unplugs is how often both devices are pulled out; in short mode less often.
func unplugs() int {
	if testing.Short() {
		return 5
	}
	return 100
}

// TestUnplugs: in a video call the sound card and the camera are pulled out and
// plugged in again, time after time. The far end sees and hears that they are away
// and that they are back, and so does who listens at the board; it is the same call
// from the first to the last, and nothing of it is left behind in the phone.
func TestUnplugs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	pair := site.Pair()
	board, shell := registered(t, ctx, pair, Setup{Model: VirtKernel,
		Settings:  cableSettings + lossless + "[video]\nanswer = \"both\"\nsize = \"320x180\"\nrate = 5\n",
		InAccount: "auto_answer = true\n", Files: []string{buildForGuest(t, "replug")}})
	eyes := &Eyes{}
	far := startFar(t, ctx, pair, farHz, lossless+"[video]\ncamera = \"fake:bars\"\nrate = 5\nsize = \"160x120\"\n", "", phone.Options{Screen: eyes})
	from := answered(t, ctx, far, func() error { _, err := far.DialVideo(ctx, "", pair.Board.Name); return err })
	goAhead(t, board) // the times are the phone's only as long as nothing stops the machine
	p := plugs{t: t, ctx: ctx, shell: shell, far: far, eyes: eyes, call: inCall(t, ctx, shell).CallID}

	p.in() // there was nothing before
	files := p.files()
	for range unplugs() {
		p.out()
		p.in()
	}
	p.sum()
	p.hasOpen(files)
	if id := inCall(t, ctx, shell).CallID; id != p.call {
		t.Errorf("it is call %s now, and was %s", id, p.call)
	}
	hangUp(t, ctx, far, from)
	var status actors.Status
	if err := shell.JSON(ctx, "status", &status); err != nil || len(status.Calls) != 0 || status.Counters.Panics != 0 {
		t.Errorf("after the call: %+v, %v", status, err)
	}
}

// plugs is somebody at the plugs of a board in a call.
type plugs struct {
	t       *testing.T
	ctx     context.Context
	shell   *Shell
	far     *Far
	eyes    *Eyes
	call    string // the Call-ID
	returns []report.Return
}

// soon is how fast the phone has to have a device again once it is plugged in. The
// time in which nodes are made for it, and given to it, is part of that.
const soon = 2 * time.Second

// out pulls both devices out: the far end sees nothing any more.
func (p *plugs) out() {
	p.t.Helper()
	if _, err := p.shell.Run(p.ctx, "/boot/replug out"); err != nil {
		p.t.Fatal(err)
	}
	p.sees("nothing", ShowsNothing)
}

// in plugs both devices in: both ends hear each other, and the far end sees.
func (p *plugs) in() {
	p.t.Helper()
	heard := make(chan error, 1)
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	go func() { heard <- p.far.AwaitTone(ctx, nearHz) }()
	out, err := p.shell.Run(ctx, fmt.Sprintf("/boot/replug in -speak %d -hear %d", nearHz, farHz))
	if err != nil {
		p.t.Fatal(err)
	}
	var r report.Return
	if err := errors.Join(json.Unmarshal([]byte(out), &r), <-heard); err != nil {
		p.t.Fatal(err)
	}
	p.returns = append(p.returns, r)
	if max(r.Audio, r.Camera) > soon {
		p.t.Errorf("round %d: the devices are back after %+v", len(p.returns)-1, r)
	}
	p.sees("the camera's picture", ShowsTestBars)
	p.isUp()
}

// sees waits until the far end sees it.
func (p *plugs) sees(what string, look func(*image.YCbCr) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := p.eyes.Await(ctx, look); err != nil {
		p.t.Fatalf("round %d: %s: %v", len(p.returns)-1, what, err)
	}
}

// isUp: it is still the same call.
func (p *plugs) isUp() {
	p.t.Helper()
	s, err := p.far.Status(p.ctx)
	if err != nil || len(s.Calls) != 1 || s.Calls[0].CallID != p.call || s.Calls[0].StateName != "active" {
		p.t.Fatalf("the call isn't up: %+v, %v", s.Calls, err)
	}
}

// files is how many files the phone has open. What it has open for a moment, as
// for somebody who asks it something, is left out: it is the least of some looks.
func (p *plugs) files() int {
	p.t.Helper()
	var looks [5]int
	for i := range looks {
		out, err := p.shell.Run(p.ctx, "ls /proc/$(pidof imsphone)/fd | wc -l")
		if err != nil {
			p.t.Fatal(err)
		}
		if looks[i], err = strconv.Atoi(strings.TrimSpace(out)); err != nil {
			p.t.Fatal(err)
		}
	}
	return slices.Min(looks[:])
}

// hasOpen waits until the phone has so many files open: a connection may stay for a
// while, what is left behind stays for good.
func (p *plugs) hasOpen(files int) {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		n := p.files()
		if n == files {
			return
		}
		if time.Now().After(end) {
			p.t.Errorf("the phone has %d files open, and had %d", n, files)
			return
		}
	}
}

// sum tells how long the devices were away.
func (p *plugs) sum() {
	for _, figure := range []struct {
		name string
		of   func(report.Return) time.Duration
	}{
		{"audio", func(r report.Return) time.Duration { return r.Audio }},
		{"camera", func(r report.Return) time.Duration { return r.Camera }},
	} {
		var all []time.Duration
		for _, r := range p.returns[1:] {
			all = append(all, figure.of(r))
		}
		slices.Sort(all)
		p.t.Logf("%d times %s: %v (median), %v (longest)", len(all), figure.name, all[len(all)/2], all[len(all)-1])
	}
}
