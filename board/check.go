package board

import (
	"fmt"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/hw/input"
)

// check tells what is wrong with a profile.
func (p Profile) check() error {
	if p.Description == "" {
		return fmt.Errorf("it has no description: say in a few words which board it is")
	}
	for _, part := range []func() error{p.checkNodes, p.Screen.check, p.Input.check, p.checkLines, p.Image.check} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (p Profile) checkNodes() error {
	for _, node := range []struct{ key, path string }{
		{"camera.device", p.Camera.Device}, {"codec.encoder", p.Codec.Encoder}, {"codec.decoder", p.Codec.Decoder},
	} {
		if node.path != "" && !strings.HasPrefix(node.path, "/dev/") {
			return fmt.Errorf("%s %q: write a node such as \"/dev/video0\"", node.key, node.path)
		}
	}
	for _, led := range []string{p.Lights.Call, p.Lights.Message, p.Lights.Registered} {
		if strings.Contains(led, "/") {
			return fmt.Errorf("light %q: write its name below /sys/class/leds", led)
		}
	}
	return nil
}

func (s Screen) check() error {
	if !slices.Contains([]string{"", "auto", "none"}, s.Device) && !strings.HasPrefix(s.Device, "/dev/") {
		return fmt.Errorf("screen.device %q: write auto, none, or a node such as \"/dev/fb0\"", s.Device)
	}
	if !slices.Contains([]int{0, 90, 180, 270}, s.Rotate) {
		return fmt.Errorf("screen.rotate %d: write 0, 90, 180 or 270 (degrees)", s.Rotate)
	}
	if s.Width < 0 || s.Height < 0 || (s.Width == 0) != (s.Height == 0) {
		return fmt.Errorf("screen: write both width and height, or neither")
	}
	return nil
}

func (i Input) check() error {
	_, err := i.Codes()
	return err
}

// Codes gives Keys as codes: what a key is taken for, by what it sends.
func (i Input) Codes() (map[uint16]uint16, error) {
	codes := make(map[uint16]uint16, len(i.Keys))
	for from, to := range i.Keys {
		sent, okSent := input.KeyCode(from)
		meant, okMeant := input.KeyCode(to)
		if !okSent || !okMeant {
			return nil, fmt.Errorf("input.keys %s = %q: write Linux's names of keys, such as KEY_F1 = \"KEY_PHONE\", or their numbers", from, to)
		}
		codes[sent] = meant
	}
	return codes, nil
}

func (p Profile) checkLines() error {
	for _, l := range p.Lines {
		switch _, known := input.KeyCode(l.Key); {
		case !strings.HasPrefix(l.Chip, "/dev/gpiochip"):
			return fmt.Errorf("line.chip %q: write a node such as \"/dev/gpiochip0\"", l.Chip)
		case !known:
			return fmt.Errorf("line.key %q: write Linux's name of a key, such as \"KEY_PHONE\"", l.Key)
		case l.Offset < 0 || l.DebounceMS < 0:
			return fmt.Errorf("line of %s: offset and debounce_ms can't be negative", l.Key)
		case l.PullUp && l.PullDown:
			return fmt.Errorf("line of %s: write pull_up or pull_down, not both", l.Key)
		}
	}
	return nil
}

func (i Image) check() error {
	if i.Architecture == "" {
		return nil
	}
	goarch, known := map[string]string{"armel": "arm", "armhf": "arm", "arm64": "arm64"}[i.Architecture]
	switch {
	case !known:
		return fmt.Errorf("image.architecture %q: write armel, armhf or arm64", i.Architecture)
	case i.GOARCH != goarch:
		return fmt.Errorf("image.goarch %q: programs of %s are %q", i.GOARCH, i.Architecture, goarch)
	case goarch == "arm" && (i.GOARM < 5 || i.GOARM > 7):
		return fmt.Errorf("image.goarm %d: write 5, 6 or 7", i.GOARM)
	case i.Boot != BootUBoot && i.Boot != BootRaspberry:
		return fmt.Errorf("image.boot %q: write %s or %s", i.Boot, BootUBoot, BootRaspberry)
	case i.Kernel == "" || i.Console == "":
		return fmt.Errorf("image: write kernel and console, too")
	}
	return nil
}
