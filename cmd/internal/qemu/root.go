package qemu

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/cmd/internal/debian"
	"github.com/imsphone/imsphone/cmd/internal/kmod"
)

// initScript is the guest's first process.
//
//go:embed init.sh
var initScript []byte

// Modules are loaded in every guest: what it talks with the host by.
func Modules() []string {
	return []string{"virtio_pci", "virtio_console", "virtio_rng", "9pnet_virtio", "9p"}
}

// carried are the modules that every guest has as files: a job names those to
// load, and the kernel asks for others by itself.
var carried = append(Modules(), []string{
	// Networks and ESP; without the last two AES has no random numbers.
	"ipv6", "veth", "dummy", "tun", "virtio_net", "xfrm_user", "af_key", "esp4", "esp6", "authenc", "hmac", "md5", "sha1_generic",
	"cbc", "ctr", "gcm", "ghash-generic", "sha256_generic", "sha512_generic", "seqiv", "echainiv", "des_generic", "jitterentropy_rng", "drbg",
	// Sound.
	"snd-aloop", "snd-usb-audio", "xhci-pci", "xhci-plat-hcd", "usbhid", "hid-generic",
	// Cameras.
	"vivid", "uvcvideo", "v4l2-mem2mem", "videobuf2-dma-contig", "videobuf2-vmalloc",
	// Screens, keys, lines, lamps.
	"virtio-gpu", "bochs", "virtio_input", "evdev", "uinput", "gpio-mockup", "gpio-sim", "gpio_keys", "leds-gpio", "uleds", "configfs",
	// Disks.
	"virtio_blk", "ext4", "vfat", "nls_ascii", "nls_cp437", "nls_iso8859-1", "squashfs", "overlay", "loop",
}...)

// programs are the packages of every guest.
var programs = []string{"busybox-static", "libasound2"}

// links are busybox's programs that the guest's init and tests use. All of its
// three hundred would take seconds to make.
var links = []string{"sh", "mount", "umount", "mkdir", "ln", "cat", "echo", "sleep", "ls", "modprobe", "rmmod", "insmod", "lsmod", "poweroff", "sync",
	"grep", "sed", "basename", "dirname", "chmod", "chown", "ip", "ps", "kill", "dmesg", "env", "id", "date", "cp", "rm", "mv", "touch", "readlink",
	"find", "head", "tail", "wc", "cut", "sort", "uname", "hostname", "dd", "mknod", "true", "false", "test", "chroot", "setsid", "su", "od", "tr", "free", "top"}

// Cache is where guests and images keep what they fetched and made.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "imsphone"), err
}

// Prepare downloads what guests with those further packages are made of, for who
// runs them where there is no network.
func Prepare(ctx context.Context, packages ...string) error {
	_, _, err := guestRoot(ctx, packages)
	return err
}

// guestRoot gives the kernel and the root of guests with those further packages
// as an uncompressed cpio, to which another can be appended.
func guestRoot(ctx context.Context, packages []string) (debian.Kernel, string, error) {
	cache, err := Cache()
	if err != nil {
		return debian.Kernel{}, "", err
	}
	apt, err := debian.Open(ctx, cache, "armhf")
	if err != nil {
		return debian.Kernel{}, "", err
	}
	kernel, err := apt.Kernel(ctx, "armmp")
	if err != nil {
		return kernel, "", err
	}
	archives, err := apt.DownloadAll(ctx, append(slices.Clone(programs), packages...)...)
	if err != nil {
		return kernel, "", err
	}
	path := filepath.Join(cache, "guest-"+recipe(kernel, archives)+".cpio")
	if _, err := os.Stat(path); err == nil {
		return kernel, path, nil
	}
	return kernel, path, buildRoot(ctx, path, kernel, archives)
}

// recipe names a root by all that it is made of.
func recipe(kernel debian.Kernel, archives []string) string {
	h := sha256.New()
	fmt.Fprintln(h, kernel.Release, carried, links)
	for _, a := range archives {
		fmt.Fprintln(h, filepath.Base(a))
	}
	h.Write(initScript)
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func buildRoot(ctx context.Context, path string, kernel debian.Kernel, archives []string) error {
	dir, err := os.MkdirTemp(filepath.Dir(path), "guest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := debian.Unpack(ctx, dir, archives...); err != nil {
		return err
	}
	if err := errors.Join(trim(dir), addModules(dir, kernel), addSystem(dir)); err != nil {
		return err
	}
	made, err := os.CreateTemp(filepath.Dir(path), "guest-*.cpio")
	if err != nil {
		return err
	}
	defer os.Remove(made.Name())
	if err := errors.Join(pack(ctx, dir, made), made.Close()); err != nil {
		return err
	}
	return os.Rename(made.Name(), path)
}

// trim takes away what no guest reads.
func trim(dir string) error {
	var errs []error
	for _, d := range []string{"usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/i18n", "usr/lib/arm-linux-gnueabihf/gconv",
		"usr/share/sounds", "usr/lib/systemd", "lib/systemd", "lib/udev", "usr/share/bash-completion", "usr/share/perl", "usr/share/lintian"} {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, d)))
	}
	return errors.Join(errs...)
}

// addModules copies the carried modules, with what they need and modprobe reads.
func addModules(dir string, kernel debian.Kernel) error {
	deps, err := kmod.Read(kernel.Modules)
	if err != nil {
		return err
	}
	files, err := deps.Order(slices.DeleteFunc(slices.Clone(carried), func(name string) bool { return !deps.Has(name) }))
	if err != nil {
		return err
	}
	to := filepath.Join(dir, "lib", "modules", kernel.Release)
	for _, name := range append(files, "modules.dep", "modules.alias", "modules.softdep", "modules.symbols", "modules.builtin", "modules.builtin.modinfo", "modules.order") {
		if err := copyFile(filepath.Join(to, name), filepath.Join(kernel.Modules, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(filepath.Base(from), "modules.") {
		return nil // not every kernel has all of depmod's files
	}
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, b, 0o755))
}

// addSystem adds the init, its programs and the few files that others look for.
func addSystem(dir string) error {
	for _, d := range []string{"proc", "sys", "dev", "tmp", "run", "host", "job", "etc", "sbin", "bin", "root", "var/lib"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	var errs []error
	for _, name := range links {
		if err := os.Symlink("/bin/busybox", filepath.Join(dir, "bin", name)); !errors.Is(err, fs.ErrExist) {
			errs = append(errs, err)
		}
	}
	for _, name := range []string{"modprobe", "poweroff", "ip"} { // where the kernel and others look
		if err := os.Symlink("/bin/busybox", filepath.Join(dir, "sbin", name)); !errors.Is(err, fs.ErrExist) {
			errs = append(errs, err)
		}
	}
	for name, text := range map[string]string{
		"passwd":    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
		"group":     "root:x:0:\naudio:x:29:\nvideo:x:44:\ninput:x:105:\nnogroup:x:65534:\n",
		"hosts":     "127.0.0.1 localhost\n::1 localhost\n",
		"protocols": "ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nesp 50 IPSEC-ESP\n",
	} {
		errs = append(errs, os.WriteFile(filepath.Join(dir, "etc", name), []byte(text), 0o644))
	}
	return errors.Join(append(errs, os.WriteFile(filepath.Join(dir, "init"), initScript, 0o755))...)
}

// pack writes a directory as an uncompressed cpio that belongs to root.
func pack(ctx context.Context, dir string, to io.Writer) error {
	find := exec.CommandContext(ctx, "find", ".", "-print0")
	find.Dir = dir
	names, err := find.Output()
	if err != nil {
		return err
	}
	cpio := exec.CommandContext(ctx, "cpio", "--null", "--create", "--format=newc", "--owner=0:0", "--quiet")
	var errs bytes.Buffer
	cpio.Dir, cpio.Stdin, cpio.Stdout, cpio.Stderr = dir, bytes.NewReader(names), to, &errs
	if err := cpio.Run(); err != nil {
		return fmt.Errorf("cpio (Debian's package cpio): %w\n%s", err, errs.Bytes())
	}
	return nil
}
