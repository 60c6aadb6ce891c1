//go:build linux

package qemutest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu"
	"github.com/imsphone/imsphone/cmd/internal/qemu/qmp"
)

// Model is a board that QEMU has.
type Model struct {
	// Board names the profile of the image.
	Board string
	// network is the driver of its network interface.
	network string
	config  func(disk, parts string) qemu.Config
}

// uboot is the boot loader of QEMU's virt (Debian's package u-boot-qemu).
const uboot = "/usr/lib/u-boot/qemu_arm/u-boot.bin"

// The models. QEMU has no firmware of Raspberry Pis, which finds the kernel on the
// FAT partition: there it is given the same files by hand.
var (
	Virt = Model{"virt", virtNetwork, func(disk, _ string) qemu.Config {
		c := virt(disk)
		c.Args = append(c.Args, "-bios", uboot)
		return c
	}}
	// VirtKernel is the same without U-Boot, which takes some seconds.
	VirtKernel = Model{"virt", virtNetwork, func(disk, parts string) qemu.Config {
		c, fat := virt(disk), filepath.Join(parts, "fat")
		c.Kernel, c.Initrd, c.CommandLine = filepath.Join(fat, "vmlinuz"), filepath.Join(fat, "initrd.img"), "console=ttyAMA0 panic=10 quiet"+qemu.WritableModules
		return c
	}}
	Pi2 = Model{"pi2", "usb-net", func(disk, parts string) qemu.Config {
		// Its four processors are as many threads of QEMU's, which all stop at each
		// page flushed: one thread with one processor is three times as fast. And the
		// firmware that the sound of HDMI asks for isn't there.
		c := raspberry("raspi2b", disk, parts, "bcm2836-rpi-2-b.dtb", " maxcpus=1 module_blacklist=vchiq,snd_bcm2835"+qemu.WritableModules)
		c.Args = append(c.Args, "-accel", "tcg,thread=single")
		return c
	}}
	// Debian's kernel stops in QEMU's model of the power domains.
	Pi0 = Model{"pi0", "usb-net", func(disk, parts string) qemu.Config {
		return raspberry("raspi0", disk, parts, "bcm2835-rpi-zero.dtb", " initcall_blacklist=bcm2835_power_driver_init")
	}}
)

// virtNetwork is the driver of virt's network interface.
const virtNetwork = "virtio-net-pci,romfile="

// virt is QEMU's own machine, without firmware.
func virt(disk string) qemu.Config {
	return qemu.Config{Machine: "virt,highmem=off", CPU: "cortex-a7", CPUs: 2, Memory: 512,
		Args:    []string{"-drive", "if=none,id=disk,format=raw,file=" + disk},
		Devices: []string{"virtio-blk-pci,drive=disk", "virtio-rng-pci"}}
}

func raspberry(machine, disk, parts, tree, more string) qemu.Config {
	fat := filepath.Join(parts, "fat")
	line, _ := os.ReadFile(filepath.Join(fat, "cmdline.txt")) // without it the kernel boots to a panic that says so
	return qemu.Config{Machine: machine, Kernel: filepath.Join(fat, "vmlinuz"), Initrd: filepath.Join(fat, "initrd.img"),
		Tree: filepath.Join(fat, tree), CommandLine: strings.TrimSpace(string(line)) + more,
		Args: []string{"-drive", "if=sd,format=raw,file=" + disk}}
}

// Setup is what is particular to a board.
type Setup struct {
	Model Model
	// Settings is the phone's configuration; the account is added.
	Settings, InAccount string
	// Network are lines of network.conf, which has "ntp = off" before them.
	Network string
	// Files are paths of programs to be put on the FAT partition.
	Files []string
	// Devices and Args go to QEMU.
	Devices, Args []string
}

// Registered is how a board's console tells that a line has registered.
const Registered = `event=registered`

// Board is a machine with a copy of an image.
type Board struct {
	Console *Console
	// QMP drives the running machine.
	QMP *qmp.Client
	// Addr is where DHCP puts it.
	Addr netip.Addr

	site    *Site
	setup   Setup
	key     Key
	disk    string
	parts   string
	cable   cable
	machine *qemu.Machine
	off     chan struct{} // closed when the machine is off and the console knows
}

// imagePath is where `make image` leaves an image.
func imagePath(board string) string {
	dir := os.Getenv("IMSPHONE_IMAGES")
	if dir == "" {
		dir = "../../bin/image"
	}
	return filepath.Join(dir, "imsphone-"+board+".img")
}

// Build copies a board's image and puts settings on it, as a person would: the
// configuration with the account of a user, the keys of his SIM, who may log in.
func (s *Site) Build(p Pair, setup Setup) (*Board, error) {
	dir, err := s.scratch(p.Board.Name)
	if err != nil {
		return nil, err
	}
	image := imagePath(setup.Model.Board)
	b := &Board{Console: NewConsole(), site: s, setup: setup, disk: filepath.Join(dir, "disk.img"), parts: image + ".parts"}
	if err := copyImage(b.disk, image); err != nil {
		return nil, fmt.Errorf("%w: `make image BOARD=%s` makes it", err, setup.Model.Board)
	}
	if b.key, err = NewKey(); err != nil {
		return nil, err
	}
	if b.cable, err = plug(); err != nil {
		return nil, err
	}
	b.Addr = b.cable.addr
	files := map[string]string{
		"imsphone.conf":   setup.Settings + s.Account(p.Board, "/state/imsphone/sim.key", setup.InAccount),
		"sim.key":         p.Board.SIM(),
		"authorized_keys": b.key.Authorized(),
		"network.conf":    "ntp = off\n" + setup.Network,
	}
	for _, path := range setup.Files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[filepath.Base(path)] = string(text)
	}
	return b, b.Put(files)
}

// copyImage copies an image and rounds its size up to a power of two, as an SD
// card has it.
func copyImage(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	n, err := io.Copy(out, in)
	if err != nil {
		return err
	}
	return errors.Join(out.Truncate(1<<bits.Len64(uint64(n-1))), out.Close())
}

// Put writes files onto the FAT partition of a board that is off.
func (b *Board) Put(files map[string]string) error {
	at, err := firstPartition(b.disk)
	if err != nil {
		return err
	}
	for name, text := range files {
		cmd := exec.Command("mcopy", "-o", "-i", fmt.Sprintf("%s@@%d", b.disk, at), "-", "::"+name)
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("mcopy (Debian's package mtools): %w\n%s", err, out)
		}
	}
	return nil
}

// firstPartition gives the offset of a disk's first partition, in bytes.
func firstPartition(disk string) (int64, error) {
	f, err := os.Open(disk)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var mbr [512]byte
	if _, err := io.ReadFull(f, mbr[:]); err != nil {
		return 0, err
	}
	return 512 * int64(binary.LittleEndian.Uint32(mbr[446+8:])), nil
}

// PowerOn starts the board.
func (b *Board) PowerOn(ctx context.Context) error {
	cfg := b.setup.Model.config(b.disk, b.parts)
	cfg.Console = b.Console
	if os.Getenv("IMSPHONE_CONSOLE") != "" { // for who wants to watch
		cfg.Console = io.MultiWriter(b.Console, os.Stderr)
	}
	cfg.Args = append(append(cfg.Args, "-netdev", "tap,id=net,script=no,downscript=no,ifname="+b.cable.tap), b.setup.Args...)
	cfg.Devices = append(append(cfg.Devices, b.setup.Model.network+",netdev=net,mac="+b.cable.mac), b.setup.Devices...)
	m, err := qemu.Start(ctx, cfg)
	if err != nil {
		return err
	}
	b.machine, b.QMP, b.off = m, m.QMP, make(chan struct{})
	b.Console.power(true)
	go func() {
		<-m.Done()
		b.Console.power(false)
		close(b.off)
	}()
	return nil
}

// Ahead lets the board and this process, with all that is in it, run before
// everything else on the host, until the function that it gives is called.
func (b *Board) Ahead() (back func(), err error) { return ahead(b.machine.PID(), os.Getpid()) }

// PowerCut takes the power away.
func (b *Board) PowerCut() error {
	err := b.machine.Kill()
	<-b.off
	return err
}

// LogIn gives a shell of root's.
func (b *Board) LogIn(ctx context.Context) (*Shell, error) { return b.key.LogIn(ctx, b.Addr, "root") }

// SetLink pulls the network's cable out or plugs it in again.
func (b *Board) SetLink(up bool) error { return b.cable.SetLink(up) }

// ImageSize is that of the image as it is flashed, in bytes.
func (b *Board) ImageSize() (int64, error) {
	info, err := os.Stat(imagePath(b.setup.Model.Board))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// BootTime waits until the phone has registered and tells how long it took from
// the start of the kernel on, by the board's own clocks.
func (b *Board) BootTime(ctx context.Context) (time.Duration, error) {
	if _, err := b.Console.Await(ctx, 0, Registered); err != nil {
		return 0, err
	}
	shell, err := b.LogIn(ctx)
	if err != nil {
		return 0, err
	}
	defer shell.Close()
	// What the log's line says, the clock of today, and the time since the start.
	out, err := shell.Run(ctx, "grep -m1 'event=registered' /run/log/messages; date +%s; cut -d' ' -f1 /proc/uptime")
	if err != nil {
		return 0, err
	}
	return sinceStart(out)
}

var logTime = regexp.MustCompile(`(\d\d):(\d\d):(\d\d)\.(\d\d\d) INF.*\n(\d+)\n([\d.]+)\n`)

// sinceStart reads the times of BootTime.
func sinceStart(text string) (time.Duration, error) {
	m := logTime.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("no times in %q", text)
	}
	var n [6]float64
	for i := range n {
		n[i], _ = strconv.ParseFloat(m[i+1], 64) // the expression lets only numbers through
	}
	event := n[0]*3600 + n[1]*60 + n[2] + n[3]/1000
	now := math.Mod(n[4], 86400)
	// At the nearest such time of day: midnight may lie between, and the clock tells
	// whole seconds, which may be before the event.
	ago := math.Remainder(now-event, 86400)
	return time.Duration((n[5] - ago) * float64(time.Second)), nil
}
