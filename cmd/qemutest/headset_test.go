//go:build qemu

package qemutest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/hw/standstill"
	"github.com/imsphone/imsphone/media/tone"
)

// headsetName is what `imsphone devices` calls the headset.
const headsetName = "hw:CARD=Headset,DEV=0"

// TestHeadset: somebody plugs a USB headset in, finds it in the list of devices,
// and has calls with it, which its keys answer and end: named in the configuration
// as the list names it, or found by itself. It is pulled out and plugged in again
// in a call.
func TestHeadset(t *testing.T) {
	t.Run("named", func(t *testing.T) { wearHeadset(t, fmt.Sprintf("device = %q\n", headsetName)) })
	t.Run("found", func(t *testing.T) { wearHeadset(t, "") })
}

// wearHeadset has calls with the headset, by a phone with that in its [audio].
func wearHeadset(t *testing.T, device string) {
	ctx := long(t)
	modules, err := HeadsetModules(VirtKernel)
	if err != nil {
		t.Fatal(err)
	}
	pair := site.Pair()
	board, shell := registered(t, ctx, pair, Setup{Model: VirtKernel, Settings: "[audio]\nbuffer = 160\n" + device + lossless,
		Files: append(modules, buildForGuest(t, "headset"))})
	far := startFar(t, ctx, pair, farHz, lossless, "", phone.Options{})
	headset, err := NewHeadset(ctx, shell, nearHz)
	if err != nil {
		t.Fatal(err)
	}
	defer headset.Close()
	w := &wearer{t: t, ctx: ctx, shell: shell, far: far, headset: headset, name: pair.Board.Name}
	w.must(headset.PlugIn())
	w.isListed()
	w.hasKeys()
	goAhead(t, board)
	w.talks()
	w.replugs(3)
}

// wearer has the headset on.
type wearer struct {
	t       *testing.T
	ctx     context.Context
	shell   *Shell
	far     *Far
	headset *Headset
	name    string  // whom the far phone calls
	level   float64 // how loud the far phone is heard, in dBm0
}

func (w *wearer) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// await waits for an event at the far phone, for a minute.
func (w *wearer) await(from int, kind string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	_, _, err := w.far.Await(ctx, from, kind)
	w.must(err)
}

// eventually waits until something is true, for a minute.
func (w *wearer) eventually(is func() error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	for {
		err := is()
		if err == nil {
			return
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			w.t.Fatal(err)
		}
	}
}

// isListed waits until the phone lists the headset, with both directions.
func (w *wearer) isListed() {
	w.t.Helper()
	w.eventually(func() error {
		var list []audio.Device
		err := w.shell.JSON(w.ctx, "devices", &list)
		if slices.ContainsFunc(list, func(d audio.Device) bool { return d.Name == headsetName && d.Capture && d.Playback }) {
			return nil
		}
		return fmt.Errorf("the headset isn't among %+v: %w", list, err)
	})
}

// hasKeys waits until the phone hears the headset's keys: their driver's modules
// take some time, and the kernel forgets what is pressed in the first 50 ms.
func (w *wearer) hasKeys() {
	w.t.Helper()
	const listens = `node=$(grep -A4 "USB Headset" /proc/bus/input/devices | grep -o 'event[0-9]*') && ls -l /proc/$(pidof imsphone)/fd | grep -q "/dev/input/$node$"`
	w.eventually(func() error {
		_, err := w.shell.Run(w.ctx, listens)
		return err
	})
	w.must(sleep(w.ctx, 100*time.Millisecond))
}

// isCalled is called, hears it ring, and takes the call by the headset's key.
func (w *wearer) isCalled() (from int) {
	w.t.Helper()
	from = w.far.Mark()
	_, err := w.far.Dial(w.ctx, "", w.name)
	w.must(err)
	w.await(from, "ringing")
	w.must(sleep(w.ctx, moment))
	w.answers(from)
	return from
}

// answers presses the headset's key until the call is answered: until the phone's
// face has the call, the key means nothing.
func (w *wearer) answers(from int) {
	w.t.Helper()
	const tries, limit = 5, 5 * time.Second
	for range tries {
		w.must(w.headset.Press("hook"))
		ctx, cancel := context.WithTimeout(w.ctx, limit)
		_, _, err := w.far.Await(ctx, from, "answered")
		cancel()
		if err == nil {
			return
		}
		w.t.Log("the headset's key was pressed, and the call isn't answered")
	}
	w.t.Fatal("the headset's key answers no call")
}

// hangsUp ends the call that was made after from by the headset's key.
func (w *wearer) hangsUp(from int) {
	w.t.Helper()
	w.must(w.headset.Press("hook"))
	w.await(from, "ended")
}

// talks has a call in which both hear each other well. As in TestSound, it is tried
// again where the machine or the host stood still.
func (w *wearer) talks() {
	w.t.Helper()
	const limit = 18 * time.Millisecond // what the kernel has under way on the bus
	undisturbed(w.t, limit, func() (stoodStill time.Duration, err error) {
		vigil := standstill.Watch()
		from := w.isCalled()
		near, err := w.headset.Listen(farHz, settling, listening)
		w.must(err)
		vigil.Stop()
		w.turnsDown()
		w.hangsUp(from)
		far, err := w.far.Heard(nearHz, settling)
		w.must(err)
		w.t.Logf("the headset hears %+v, the far phone %+v; the host stood still for %v", near, far, vigil.Longest())
		return max(near.StoodStill, vigil.Longest()), heardWell(near, far)
	})
}

// heardWell tells what is wrong with what both heard: a fiftieth of it may be
// missing, as the bus is a program in an emulated machine, and some gaps.
func heardWell(near report.Tone, far tone.Heard) error {
	const few = 3
	well := tone.Expectation{Tolerance: 0.2, Level: -20, Seconds: 0.98 * listening.Seconds(), Gaps: few, Breaks: few}
	well.Frequency = farHz
	if err := near.Check(well); err != nil {
		return fmt.Errorf("in the headset: %w", err)
	}
	well.Frequency = nearHz
	if err := far.Check(well); err != nil {
		return fmt.Errorf("at the far end: %w", err)
	}
	return nil
}

// moment is long enough to hear how loud somebody is.
const moment = 500 * time.Millisecond

// turnsDown makes the headset less loud by its own key.
func (w *wearer) turnsDown() {
	w.t.Helper()
	before, err := w.headset.Listen(farHz, 0, moment)
	w.must(err)
	w.must(w.headset.Press("down"))
	after, err := w.headset.Listen(farHz, moment, moment)
	w.must(err)
	if d := before.Level - after.Level; d < 2 || d > 20 || after.Seconds == 0 {
		w.t.Errorf("%.1f dBm0 before, %.1f after", before.Level, after.Level)
	}
	w.level = after.Level
}

// replugs pulls the headset out of a call so many times, and plugs it in again.
func (w *wearer) replugs(times int) {
	w.t.Helper()
	from := w.isCalled()
	w.must(w.far.AwaitTone(w.ctx, nearHz))
	id := inCall(w.t, w.ctx, w.shell).CallID
	for range times {
		w.pullsOut()
		w.plugsIn()
		if now := inCall(w.t, w.ctx, w.shell).CallID; now != id {
			w.t.Fatalf("it is call %s now, and was %s", now, id)
		}
	}
	w.hasKeys()
	w.hangsUp(from)
}

// pullsOut pulls the headset out: nothing more is heard of it.
func (w *wearer) pullsOut() {
	w.t.Helper()
	w.must(w.headset.PullOut())
	w.must(sleep(w.ctx, time.Second)) // what is in the buffers
	ctx, cancel := context.WithTimeout(w.ctx, time.Second)
	defer cancel()
	if err := w.far.AwaitTone(ctx, nearHz); !errors.Is(err, context.DeadlineExceeded) {
		w.t.Errorf("the far phone hears a headset that was pulled out: %v", err)
	}
}

// plugsIn plugs it in again: sound is back both ways, as loud as it was.
func (w *wearer) plugsIn() {
	w.t.Helper()
	began := time.Now()
	w.must(w.headset.PlugIn())
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	w.must(w.far.AwaitTone(ctx, nearHz))
	back := time.Since(began)
	heard, err := w.headset.Listen(farHz, time.Second, moment)
	w.must(err)
	w.t.Logf("%v after it was plugged in the far phone hears it again; it hears %+v", back, heard)
	if heard.Seconds < 0.8*moment.Seconds() || math.Abs(heard.Level-w.level) > 1 {
		w.t.Errorf("it was %.1f dBm0 before, and is %+v", w.level, heard)
	}
}

// sleep waits, unless ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
