//go:build guest

package hotplug

import (
	"os"
	"testing"
	"time"
)

// TestGuestWatch: ALSA's loopback card is pulled out and put back, and the kernel
// tells of each of its devices.
func TestGuestWatch(t *testing.T) {
	events := make(chan Event, 64)
	w, err := Watch(func(e Event) { events <- e }, "sound")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, step := range []struct {
		file string
		want Action
	}{{"unbind", Remove}, {"bind", Add}} {
		if err := os.WriteFile("/sys/bus/platform/drivers/snd_aloop/"+step.file, []byte("snd_aloop.0"), 0); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for deadline := time.After(10 * time.Second); !seen["snd/pcmC0D0p"] || !seen["snd/controlC0"]; {
			select {
			case e := <-events:
				seen[e.DevName] = seen[e.DevName] || e.Action == step.want && e.Subsystem == "sound" && (e.DevName == "" || e.Major == 116)
			case <-deadline:
				t.Fatalf("after %s only %v", step.file, seen)
			}
		}
		if _, err := os.Stat("/dev/snd/pcmC0D0p"); (err == nil) != (step.want == Add) {
			t.Errorf("after %s: %v", step.file, err)
		}
	}
}
