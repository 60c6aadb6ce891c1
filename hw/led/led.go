// Package led switches the lights of a board, by their names below
// /sys/class/leds. Blinking is the kernel's (its trigger "timer"), so that it
// wakes nobody; where that isn't there, or isn't for us, it is ours.
package led

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// root is where Linux shows lights.
const root = "/sys/class/leds"

// Light is one light. It is for one goroutine.
type Light struct {
	dir   string
	name  string
	full  string // the brightness that is on
	was   string // the trigger that it had before
	blink *blinker
}

// Open takes a light for the phone. Its error names those that there are.
func Open(name string) (*Light, error) { return open(root, name) }

// Names lists the lights that there are.
func Names() []string { return names(root) }

func names(root string) []string {
	dirs, _ := filepath.Glob(filepath.Join(root, "*")) // the pattern is right
	for i, d := range dirs {
		dirs[i] = filepath.Base(d)
	}
	return dirs
}

func open(root, name string) (*Light, error) {
	l := &Light{dir: filepath.Join(root, name), name: name}
	full, err := os.ReadFile(filepath.Join(l.dir, "max_brightness"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("led: there is no %q: the board has %s", name, or(strings.Join(names(root), ", "), "none"))
	}
	if err != nil {
		return nil, l.fail(err)
	}
	l.full = or(strings.TrimSpace(string(full)), "1")
	triggers, err := os.ReadFile(filepath.Join(l.dir, "trigger"))
	if err == nil {
		l.was = chosen(string(triggers))
	}
	return l, l.Set(false)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// chosen finds the trigger that is in brackets.
func chosen(triggers string) string {
	_, rest, _ := strings.Cut(triggers, "[")
	name, _, _ := strings.Cut(rest, "]")
	return name
}

// Set lights it, or not, and ends blinking.
func (l *Light) Set(on bool) error {
	l.still()
	return l.fail(errors.Join(l.trigger("none"), l.shine(on)))
}

// still ends blinking that is ours.
func (l *Light) still() {
	l.blink.end()
	l.blink = nil
}

func (l *Light) shine(on bool) error {
	if on {
		return l.write("brightness", l.full)
	}
	return l.write("brightness", "0")
}

// Blink lets it blink, from now on lit.
func (l *Light) Blink(on, off time.Duration) error {
	l.still()
	// The files of the delays come with the trigger, and may be root's then.
	if errors.Join(l.trigger("timer"), l.write("delay_on", ms(on)), l.write("delay_off", ms(off))) == nil {
		return nil
	}
	if err := l.Set(true); err != nil {
		return err
	}
	l.blink = startBlinking(l.shine, on, off)
	return nil
}

func ms(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Close gives the light back to what it showed before.
func (l *Light) Close() error {
	err := l.Set(false)
	if l.was != "" && l.was != "none" {
		err = errors.Join(err, l.fail(l.trigger(l.was)))
	}
	return err
}

// trigger chooses what drives the light. Lights without triggers are driven by
// their brightness alone.
func (l *Light) trigger(name string) error {
	err := l.write("trigger", name)
	if name == "none" && errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func (l *Light) write(file, value string) error {
	f, err := os.OpenFile(filepath.Join(l.dir, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

func (l *Light) fail(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("led %s: %w: let the phone's user write %s", l.name, err, l.dir)
	}
	if err != nil {
		return fmt.Errorf("led %s: %w", l.name, err)
	}
	return nil
}
