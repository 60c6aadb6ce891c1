package image

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/debian"
)

// Names on the FAT partition.
const (
	kernelFile    = "vmlinuz"
	initramfsFile = "initrd.img"
)

// commandLine is what the kernel is told: its consoles, the serial one last, which
// is the one that programs see (where it is missing they see the screen), and a
// start anew when it can't go on.
func commandLine(p board.Image, console string) string {
	return strings.TrimSpace("console=tty0 console=" + console + " panic=10 quiet " + p.CommandLine)
}

// takeBoot fills the FAT partition with what the board boots from.
func (t tree) takeBoot(p board.Image, k debian.Kernel, from packageTree) error {
	if err := t.copy("/"+kernelFile, k.Image); err != nil {
		return err
	}
	for _, name := range p.DeviceTrees {
		// Raspberry Pi's firmware looks beside itself, U-Boot in the folder that
		// it is told.
		to := "/" + path.Base(name)
		if p.Boot == board.BootUBoot {
			to = "/dtb/" + name
		}
		if err := t.copy(to, filepath.Join(k.Trees, name)); err != nil {
			return err
		}
	}
	if p.Boot == board.BootRaspberry {
		return t.takeRaspberry(p, from)
	}
	return t.write("/extlinux/extlinux.conf", 0o644, []byte(extlinux(p)))
}

// extlinux is what U-Boot reads (doc/develop/distro.rst there).
func extlinux(p board.Image) string {
	trees := ""
	if len(p.DeviceTrees) > 0 {
		trees = "  fdtdir /dtb\n"
	}
	return fmt.Sprintf("default imsphone\ntimeout 1\nlabel imsphone\n  kernel /%s\n  initrd /%s\n%s  append %s\n",
		kernelFile, initramfsFile, trees, commandLine(p, p.Console))
}

// firmware are the files of package raspi-firmware that start a Raspberry Pi;
// those ending in 4 are Raspberry Pi 4's.
var firmware = []string{"bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat"}

func (t tree) takeRaspberry(p board.Image, from packageTree) error {
	for _, name := range firmware {
		if err := t.copy("/"+name, filepath.Join(string(from), "usr/lib/raspi-firmware", name)); err != nil {
			return fmt.Errorf("package raspi-firmware: %w", err)
		}
	}
	// The firmware's licence asks to be passed on with it.
	if err := t.copy("/firmware-licence.txt", filepath.Join(string(from), "usr/share/doc/raspi-firmware/copyright")); err != nil {
		return err
	}
	if err := t.write("/cmdline.txt", 0o644, []byte(commandLine(p, p.Console)+"\n")); err != nil {
		return err
	}
	for model, console := range p.Consoles {
		if err := t.write("/"+modelCommandLine(model), 0o644, []byte(commandLine(p, console)+"\n")); err != nil {
			return err
		}
	}
	return t.write("/config.txt", 0o644, []byte(raspberryConfig(p)))
}

// modelCommandLine is the file with the command line of a model that has one of its
// own.
func modelCommandLine(model string) string { return "cmdline-" + model + ".txt" }

// raspberryConfig is what Raspberry Pi's firmware reads.
func raspberryConfig(p board.Image) string {
	config := fmt.Sprintf(`# What the firmware of a Raspberry Pi does at its start: www.raspberrypi.com/documentation/computers/config_txt.html
kernel=%s
initramfs %s followkernel
# The device trees are those of Linux, by Linux's names.
upstream_kernel=1
enable_uart=1
disable_splash=1
`, kernelFile, initramfsFile)
	if p.GOARCH == "arm64" {
		config += "arm_64bit=1\n"
	}
	for _, model := range slices.Sorted(maps.Keys(p.Consoles)) {
		config += fmt.Sprintf("[%s]\ncmdline=%s\n[all]\n", model, modelCommandLine(model))
	}
	return config
}
