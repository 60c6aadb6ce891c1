package screen_test

import (
	"flag"
	"fmt"
	"image"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var qvga = image.Pt(320, 240)

// keys are all keys of a phone, by name.
var keys = []struct {
	name string
	key  screen.Key
}{
	{"digit 7", screen.Key{Code: screen.Char, Rune: '7'}},
	{"call", screen.Key{Code: screen.CallKey}}, {"end", screen.Key{Code: screen.EndKey}},
	{"ok", screen.Key{Code: screen.OK}}, {"back", screen.Key{Code: screen.Back}}, {"erase", screen.Key{Code: screen.Erase}},
	{"up", screen.Key{Code: screen.UpKey}}, {"down", screen.Key{Code: screen.DownKey}},
	{"left", screen.Key{Code: screen.LeftKey}}, {"right", screen.Key{Code: screen.RightKey}},
	{"soft left", screen.Key{Code: screen.SoftLeft}}, {"soft right", screen.Key{Code: screen.SoftRight}},
	{"volume up", screen.Key{Code: screen.VolumeUp}}, {"volume down", screen.Key{Code: screen.VolumeDown}},
	{"mute", screen.Key{Code: screen.MuteKey}}, {"headset", screen.Key{Code: screen.HookKey}},
	{"off hook", screen.Key{Code: screen.OffHook}}, {"on hook", screen.Key{Code: screen.OnHook}},
}

// deed is what a step did: the commands, the view that it led to if that is
// another, and the focus.
func deed(before screen.View, fx []screen.Effect, after screen.View) string {
	var words []string
	for _, e := range fx {
		switch e := e.(type) {
		case screen.Command:
			words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Name, e.Call, e.URI+e.Digits+e.Volume+e.Mode)))
		case screen.Backlight:
			words = append(words, fmt.Sprintf("light %v", e.On))
		}
	}
	if after.Mode != before.Mode {
		words = append(words, "→ "+after.Mode.String())
	}
	if after.Title != before.Title && after.Mode == screen.Dialler {
		words = append(words, fmt.Sprintf("%q", after.Title))
	}
	for _, b := range slices.Concat(after.Buttons, after.Keypad) {
		if b.Focus {
			words = append(words, "focus "+b.Label)
		}
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ", ")
}

// TestKeys holds testdata/keys.txt: what each key does in each scene.
func TestKeys(t *testing.T) {
	var got strings.Builder
	for _, s := range screentest.Scenes() {
		fmt.Fprintf(&got, "%s (%v)\n", s.Name, s.Core(qvga).View().Mode)
		for _, k := range keys {
			c := s.Core(qvga)
			before := c.View()
			fx := c.Step(screentest.Start, k.key, nil)
			fmt.Fprintf(&got, "  %-12s %s\n", k.name, deed(before, fx, c.View()))
		}
	}
	const path = "testdata/keys.txt"
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestEveryButtonByTouchAndByKeys: whatever can be touched can be reached by the
// arrows, too, and nothing lies outside or too small, at any size.
func TestEveryButtonByTouchAndByKeys(t *testing.T) {
	for _, size := range []image.Point{{X: 320, Y: 240}, {X: 480, Y: 640}, {X: 240, Y: 320}, {X: 640, Y: 480}, {X: 800, Y: 480}} {
		for _, s := range screentest.Scenes() {
			reached := reach(s, size)
			for _, it := range screen.Arrange(s.Core(size).View(), size) {
				name := fmt.Sprintf("%v %s %q", size, s.Name, it.Text+it.Button.Label)
				if !it.Rect.In(image.Rectangle{Max: size}) || it.Rect.Empty() {
					t.Errorf("%s lies at %v", name, it.Rect)
				}
				if it.Kind != screen.ItemButton && it.Kind != screen.ItemKey {
					continue
				}
				if least := 44; min(size.X, size.Y) >= 480 && (it.Rect.Dx() < least || it.Rect.Dy() < least) {
					t.Errorf("%s is only %v", name, it.Rect.Size())
				}
				if !reached[it.Button.Label] {
					t.Errorf("%s can't be reached by keys", name)
				}
			}
		}
	}
}

// reach goes wherever the arrows lead.
func reach(s screentest.Scene, size image.Point) map[string]bool {
	reached := map[string]bool{}
	var walk func(path []screen.KeyCode)
	walk = func(path []screen.KeyCode) {
		for arrow := screen.UpKey; arrow <= screen.RightKey; arrow++ {
			c := s.Core(size)
			next := append(slices.Clone(path), arrow)
			for _, k := range next {
				c.Step(screentest.Start, screen.Key{Code: k}, nil)
			}
			if label := focused(c.View()); !reached[label] {
				reached[label] = true
				walk(next)
			}
		}
	}
	walk(nil)
	return reached
}

func focused(v screen.View) string {
	for _, b := range slices.Concat(v.Buttons, v.Keypad) {
		if b.Focus {
			return b.Label
		}
	}
	return ""
}
