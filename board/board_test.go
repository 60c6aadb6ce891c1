package board

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/display"
	"github.com/imsphone/imsphone/hw/gpio"
	"github.com/imsphone/imsphone/hw/input"
)

// TestProfiles reads each built-in profile; Parse checks them.
func TestProfiles(t *testing.T) {
	for _, name := range Names() {
		text, err := files.ReadFile(name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(name, text); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"virt", "pi0", "pi2", "pi3", "pi4", "pi5", "pda", "generic"} {
		if !slices.Contains(Names(), name) {
			t.Errorf("there is no profile %s", name)
		}
	}
}

// TestCompatiblesDiffer: no string may mean two boards.
func TestCompatiblesDiffer(t *testing.T) {
	owner := map[string]string{}
	for _, p := range All() {
		for _, c := range p.Compatible {
			if owner[c] != "" {
				t.Errorf("%s and %s both claim %s", owner[c], p.Name, c)
			}
			owner[c] = p.Name
		}
	}
}

// TestDetect holds what real boards' device trees say.
func TestDetect(t *testing.T) {
	for compatible, want := range map[string]string{
		"linux,dummy-virt\x00":                                         "virt",
		"raspberrypi,model-zero-w\x00brcm,bcm2835\x00":                 "pi0",
		"raspberrypi,model-b-plus\x00brcm,bcm2835\x00":                 "pi0",
		"raspberrypi,2-model-b\x00brcm,bcm2836\x00":                    "pi2",
		"raspberrypi,2-model-b-rev2\x00brcm,bcm2837\x00":               "pi2", // before the SoC's
		"raspberrypi,3-model-b-plus\x00brcm,bcm2837\x00":               "pi3",
		"raspberrypi,model-zero-2-w\x00brcm,bcm2837\x00":               "pi3",
		"raspberrypi,4-model-b\x00brcm,bcm2711\x00":                    "pi4",
		"raspberrypi,9-model-z\x00brcm,bcm2711\x00":                    "pi4", // by its SoC
		"raspberrypi,5-model-b\x00brcm,bcm2712\x00":                    "pi5",
		"raspberrypi,500\x00brcm,bcm2712\x00":                          "pi5",
		"allwinner,sun50i\x00":                                         "generic",
		"":                                                             "generic",
		"\x00\x00":                                                     "generic",
		"raspberrypi,4-model-b":                                        "pi4", // no NUL at the end
		"xraspberrypi,4-model-b\x00":                                   "generic",
		"imsphone,pda\x00allwinner,sun4i-a10\x00":                      "pda",
		strings.Repeat("x,y\x00", 1000) + "linux,dummy-virt\x00":       "virt",
		"brcm,bcm2711\x00raspberrypi,3-model-b\x00not the usual order": "pi4",
	} {
		if got := Detect([]byte(compatible)).Name; got != want {
			t.Errorf("%.60q is %s, want %s", compatible, got, want)
		}
	}
}

// TestSupplies holds which regulators the device trees name as supplies of the card,
// where the kernel has their drivers as modules: without them the card never comes.
func TestSupplies(t *testing.T) {
	for name, modules := range map[string][]string{
		"pi3": {"fixed"},                   // bcm2837-rpi-cm3-io3
		"pi4": {"fixed", "gpio_regulator"}, // each bcm2711
	} {
		p, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range modules {
			if !slices.Contains(p.Image.RootModules, m) {
				t.Errorf("the initramfs of %s is without %s", name, m)
			}
		}
	}
}

func TestFind(t *testing.T) {
	if p, err := Find("pi3"); err != nil || p.Name != "pi3" || p.Image.Architecture != "arm64" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := Find("pi9"); err == nil || !strings.Contains(err.Error(), "one of generic, pda, pi0") {
		t.Errorf("got %v", err)
	}
	path := filepath.Join(t.TempDir(), "mine.toml")
	if _, err := Find(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(path, []byte("\ufeffdescription = \"mine\"\n[screen]\nrotate = 90\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Find(path); err != nil || p.Name != "mine" || p.Screen.Rotate != 90 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestKeyCodes(t *testing.T) {
	codes, err := Input{Keys: map[string]string{"KEY_F3": "KEY_PHONE", "600": "KEY_0"}}.Codes()
	if err != nil || len(codes) != 2 || codes[61] != 169 || codes[600] != 11 {
		t.Errorf("%v, %v", codes, err)
	}
}

// TestFaults holds the sentence of each kind of mistake.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "board x: it has no description: say in a few words which board it is",
		"description = 1":                  "board x: line 1: toml: cannot decode TOML integer",
		"description = \"x\"\ncolor = 1\n": `board x: line 2: there is no key "color"`,
		"description = \"x\"\n[camera]\ndevice = \"video0\"":                                                              `camera.device "video0": write a node`,
		"description = \"x\"\n[codec]\ndecoder = \"11\"":                                                                  `codec.decoder "11": write a node`,
		"description = \"x\"\n[lights]\ncall = \"/sys/x\"":                                                                `light "/sys/x": write its name`,
		"description = \"x\"\n[screen]\ndevice = \"fb0\"":                                                                 `screen.device "fb0": write auto, none`,
		"description = \"x\"\n[screen]\nrotate = 45":                                                                      "screen.rotate 45: write 0, 90",
		"description = \"x\"\n[screen]\nwidth = 45":                                                                       "screen: write both width and height",
		"description = \"x\"\n[input.keys]\nF1 = \"KEY_PHONE\"":                                                           `input.keys F1 = "KEY_PHONE": write Linux's names`,
		"description = \"x\"\n[input.keys]\n1 = \"KEY_TELE\"":                                                             `input.keys 1 = "KEY_TELE": write`,
		"description = \"x\"\n[input.keys]\n1 = \"0\"":                                                                    `input.keys 1 = "0": write`,
		"description = \"x\"\n[input.keys]\n1 = \"768\"":                                                                  `input.keys 1 = "768": write`,
		"description = \"x\"\n[[line]]\nchip = \"0\"":                                                                     `line.chip "0": write a node`,
		"description = \"x\"\n[[line]]\nchip = \"/dev/gpiochip0\"":                                                        `line.key "": write Linux's name`,
		"description = \"x\"\n[[line]]\nchip = \"/dev/gpiochip0\"\nkey = \"KEY_PHONE\"\noffset = -1":                      "offset and debounce_ms can't",
		"description = \"x\"\n[[line]]\nchip = \"/dev/gpiochip0\"\nkey = \"KEY_PHONE\"\npull_up = true\npull_down = true": "pull_up or pull_down",
		"description = \"x\"\n[image]\narchitecture = \"armv7\"":                                                          `image.architecture "armv7": write armel`,
		"description = \"x\"\n[image]\narchitecture = \"armhf\"\ngoarch = \"arm64\"":                                      "programs of armhf",
		"description = \"x\"\n[image]\narchitecture = \"armel\"\ngoarch = \"arm\"":                                        "image.goarm 0",
		"description = \"x\"\n[image]\narchitecture = \"arm64\"\ngoarch = \"arm64\"\nboot = \"grub\"":                     `image.boot "grub"`,
		"description = \"x\"\n[image]\narchitecture = \"arm64\"\ngoarch = \"arm64\"\nboot = \"u-boot\"":                   "write kernel and console",
	} {
		_, err := Parse("x", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestSettings(t *testing.T) {
	if got := Generic().Settings(); len(got) != 0 {
		t.Errorf("the generic board sets %q", got)
	}
	p := Profile{
		SIM: "pcsc", Audio: Audio{Ring: "hw:1"}, Screen: Screen{Device: "/dev/fb0", Width: 320, Height: 240, Rotate: 90},
		Input: Input{Keys: map[string]string{"KEY_F2": "KEY_BACK", "KEY_F1": "KEY_MENU"}}, Lights: Lights{Call: "ACT"},
		Lines: []Line{{Chip: "/dev/gpiochip0", Offset: 17, Key: "KEY_PHONE"}},
	}
	want := []string{"audio.ring = hw:1", "screen = /dev/fb0, 320 x 240, turned by 90 degrees", "input.keys = KEY_F1 is KEY_MENU, KEY_F2 is KEY_BACK",
		"lights.call = ACT", "line = /dev/gpiochip0 17 is KEY_PHONE", "sim = pcsc"}
	if got := p.Settings(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestREADME: the profile in the README is right, and every board is in its table.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, boards, _ := strings.Cut(string(text), "\n## Boards\n")
	boards, _, _ = strings.Cut(boards, "\n## ")
	_, example, _ := strings.Cut(boards, "```toml\n")
	example, _, ok := strings.Cut(example, "```")
	if p, err := Parse("README", []byte(example)); err != nil || !ok || len(p.Lines) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, name := range Names() {
		if !strings.Contains(boards, "| `"+name+"` |") {
			t.Errorf("%s isn't in the table", name)
		}
	}
}

// TestDevices: what a profile says reaches the devices.
func TestDevices(t *testing.T) {
	p, err := Parse("x", []byte(`description = "x"
[screen]
device = "/dev/fb0"
rotate = 90
width = 320
height = 240
backlight = "lcd"
[input]
grab = true
keys = {KEY_F3 = "KEY_PHONE"}
[[line]]
chip = "/dev/gpiochip1"
offset = 17
key = "KEY_HANGUP_PHONE"
active_low = true
pull_up = true
debounce_ms = 5
`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Screen.Display(), (display.Config{Device: "/dev/fb0", Rotate: 90, Width: 320, Height: 240, Backlight: "lcd"}); got != want {
		t.Errorf("screen %+v", got)
	}
	got, err := p.Inputs(320, 240)
	want := input.Config{Width: 320, Height: 240, Rotate: 90, Keys: map[uint16]uint16{61: 169}, Grab: true,
		Lines: []input.Line{{Chip: "/dev/gpiochip1", Code: 446, Line: gpio.Line{Offset: 17, ActiveLow: true, PullUp: true, Debounce: 5 * time.Millisecond}}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("inputs %+v, %v", got, err)
	}
}
