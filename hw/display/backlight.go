package display

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// backlights is where Linux shows the lights of screens.
const backlights = "/sys/class/backlight"

// Values of bl_power (include/uapi/linux/fb.h, FB_BLANK_…).
const (
	blankOff       = "0"
	blankPowerDown = "4"
)

// backlight is a screen's light; dir is empty where there is none.
type backlight struct {
	dir    string
	before string // the brightness before it was switched off
	dark   bool   // the screen was switched off in its place
}

// errNoSwitch: a screen can't be switched off itself.
var errNoSwitch = errors.New("the screen can't be switched off")

// toggle switches the light, or by screen the screen itself where there is no light
// or it can't be written. A screen that can't be switched is fine without a light.
func (b *backlight) toggle(on bool, screen func(on bool) error) error {
	var denied error
	if b.dir != "" && !b.dark {
		if denied = b.set(on); denied == nil {
			return nil
		}
	}
	err := screen(on)
	if err == errNoSwitch {
		return denied
	}
	b.dark = err == nil && !on
	return err
}

// findBacklight finds the light called name below root, or the first one.
func findBacklight(root, name string) backlight {
	if name == "" {
		name = "*"
	}
	found, _ := filepath.Glob(filepath.Join(root, name))
	if len(found) == 0 {
		return backlight{}
	}
	return backlight{dir: found[0]}
}

// set switches the light: its power where the driver knows that, else its
// brightness.
func (b *backlight) set(on bool) error {
	value := blankPowerDown
	if on {
		value = blankOff
	}
	err := b.write("bl_power", value)
	if os.IsNotExist(err) {
		return b.dim(on)
	}
	return err
}

func (b *backlight) dim(on bool) error {
	if !on {
		now, err := os.ReadFile(filepath.Join(b.dir, "brightness"))
		if err != nil {
			return err
		}
		if text := strings.TrimSpace(string(now)); text != "0" {
			b.before = text
		}
		return b.write("brightness", "0")
	}
	if b.before == "" {
		most, err := os.ReadFile(filepath.Join(b.dir, "max_brightness"))
		if err != nil {
			return err
		}
		b.before = strings.TrimSpace(string(most))
	}
	return b.write("brightness", b.before)
}

func (b *backlight) write(file, value string) error {
	f, err := os.OpenFile(filepath.Join(b.dir, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
