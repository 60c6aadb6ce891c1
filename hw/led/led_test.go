package led

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// sysfs makes a light of files, which keep what was written last.
func sysfs(t *testing.T, name string, files map[string]string) (root string) {
	root = t.TempDir()
	if err := os.Mkdir(filepath.Join(root, name), 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(root, name, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// check compares files; sysfs keeps no length, so that what is longer than what
// was written last is a rest of before.
func check(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	for file, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.HasPrefix(string(got), text) {
			t.Errorf("%s is %q, want %q (%v)", file, got, text, err)
		}
	}
}

func TestLight(t *testing.T) {
	root := sysfs(t, "ACT", map[string]string{"brightness": "9", "max_brightness": "255\n",
		"trigger": "none timer [mmc0] heartbeat", "delay_on": "500", "delay_off": "500"})
	dir := filepath.Join(root, "ACT")
	l, err := open(root, "ACT")
	if err != nil {
		t.Fatal(err)
	}
	check(t, dir, map[string]string{"brightness": "0", "trigger": "none"})
	steps := []struct {
		name string
		do   func() error
		want map[string]string
	}{
		{"on", func() error { return l.Set(true) }, map[string]string{"brightness": "255", "trigger": "none"}},
		{"blink", func() error { return l.Blink(time.Second/4, time.Second) }, map[string]string{"trigger": "timer", "delay_on": "250", "delay_off": "1000"}},
		{"off", func() error { return l.Set(false) }, map[string]string{"brightness": "0", "trigger": "none"}},
		{"given back", l.Close, map[string]string{"brightness": "0", "trigger": "mmc0"}},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		check(t, dir, s.want)
	}
}

// TestNoTimer: a kernel that can't let lights blink, or doesn't let us say how.
func TestNoTimer(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no triggers":        {"brightness": "0", "max_brightness": "1"},
		"delays aren't ours": {"brightness": "0", "max_brightness": "1", "trigger": "[none] timer"},
	} {
		synctest.Test(t, func(t *testing.T) {
			root := sysfs(t, "x", files)
			dir := filepath.Join(root, "x")
			l, err := open(root, "x")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := l.Blink(200*time.Millisecond, 3*time.Second); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				for _, step := range []struct {
					wait time.Duration
					want string
				}{{100 * time.Millisecond, "1"}, {time.Second, "0"}, {2 * time.Second, "0"}, {200 * time.Millisecond, "1"}, {time.Second, "0"}} {
					time.Sleep(step.wait)
					synctest.Wait()
					check(t, dir, map[string]string{"brightness": step.want})
				}
			}
			if err := l.Set(true); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			time.Sleep(time.Minute)
			check(t, dir, map[string]string{"brightness": "1"})
			if err := l.Blink(time.Second, time.Second); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := l.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			check(t, dir, map[string]string{"brightness": "0"})
		})
	}
}

func TestNoSuchLight(t *testing.T) {
	root := sysfs(t, "ACT", nil)
	if _, err := open(root, "PWR"); err == nil || err.Error() != `led: there is no "PWR": the board has ACT` {
		t.Errorf("got %v", err)
	}
	if _, err := open(t.TempDir(), "PWR"); err == nil || !strings.HasSuffix(err.Error(), "the board has none") {
		t.Errorf("got %v", err)
	}
	l := &Light{name: "PWR", dir: "/sys/class/leds/PWR"}
	if err := l.fail(os.ErrPermission); !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "let the phone's user write /sys/class/leds/PWR") {
		t.Errorf("got %v", err)
	}
}
