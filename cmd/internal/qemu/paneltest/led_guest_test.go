//go:build guest

package paneltest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/led"
)

// TestLight switches a light of the keyboard.
func TestLight(t *testing.T) {
	var name string
	for _, n := range led.Names() {
		if strings.HasSuffix(n, "::capslock") {
			name = n
		}
	}
	l, err := led.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	shows := func(file, want string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join("/sys/class/leds", name, file))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %q, %v", file, b, err)
		}
	}
	if err := l.Set(true); err != nil {
		t.Error(err)
	}
	shows("brightness", "1")
	if err := l.Blink(100*time.Millisecond, 400*time.Millisecond); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(filepath.Join("/sys/class/leds", name, "trigger")); strings.Contains(string(b), "timer") {
		shows("trigger", "[timer]")
		shows("delay_off", "400")
	} else { // this kernel can't
		shows("brightness", "1")
	}
	if err := l.Set(false); err != nil {
		t.Error(err)
	}
	shows("brightness", "0")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	shows("trigger", "[kbd-capslock]")
}
