package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/board/image"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/debian"
)

// Options say what to build.
type Options struct {
	// Board is the profile; it must have an image.
	Board board.Profile
	// Phone is the phone's program for that board.
	Phone string
	// Out is the image's file.
	Out string
	// Cache is a directory for Debian's packages.
	Cache string
	// Version is shown at the start.
	Version string
	// Date is that of all files: the image's clock begins there.
	Date time.Time
	// Progress takes a line a step.
	Progress io.Writer
}

// Build makes an image. Its parts are left beside it, in Out + ".parts", for a
// look into them and for machines that are given kernel and initramfs by hand.
func Build(ctx context.Context, o Options) error {
	if o.Board.Image.Architecture == "" {
		return fmt.Errorf("board %s has no [image] in its profile: it can't be built for", o.Board.Name)
	}
	if _, err := os.Stat(o.Phone); err != nil {
		return fmt.Errorf("the phone's program: %w: build it with GOOS=linux GOARCH=%s GOARM=%d, or use make image", err, o.Board.Image.GOARCH, o.Board.Image.GOARM)
	}
	b := &build{Options: o, tools: tools{ctx, o.Date}, dir: o.Out + ".parts", started: time.Now()}
	if err := errors.Join(os.RemoveAll(b.dir), os.MkdirAll(b.dir, 0o755)); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"packages of Debian", b.fetch},
		{"root", b.root},
		{"boot partition", b.boot},
		{"file systems", b.filesystems},
		{"disk", b.disk},
	} {
		b.say("%s", step.name)
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return b.report()
}

type build struct {
	Options
	tools   tools
	dir     string
	started time.Time

	list   [][]string // packages and patterns
	files  packageTree
	kernel debian.Kernel
}

func (b *build) say(format string, args ...any) {
	fmt.Fprintf(b.Progress, "%5.1f s  %s\n", time.Since(b.started).Seconds(), fmt.Sprintf(format, args...))
}

func (b *build) part(name string) string { return filepath.Join(b.dir, name) }

func (b *build) raspberry() bool { return b.Board.Image.Boot == board.BootRaspberry }

// fetch brings the kernel and the packages into the cache.
func (b *build) fetch() error {
	list, err := readList(image.Files, "packages")
	if err != nil {
		return err
	}
	extra := []string{}
	if b.raspberry() {
		more, err := readList(image.Files, "packages.raspberry")
		if err != nil {
			return err
		}
		list, extra = append(list, more...), append(extra, "raspi-firmware")
	}
	b.list = list
	apt, err := debian.Open(b.tools.ctx, b.Cache, b.Board.Image.Architecture)
	if err != nil {
		return err
	}
	if b.kernel, err = apt.Kernel(b.tools.ctx, strings.TrimPrefix(b.Board.Image.Kernel, "linux-image-")); err != nil {
		return err
	}
	archives, err := apt.DownloadAll(b.tools.ctx, append(column(list), extra...)...)
	if err != nil {
		return err
	}
	b.files, err = unpacked(b.tools.ctx, b.Cache, archives)
	return err
}

// unpacked gives the archives' files, from the cache if these archives have been
// unpacked before.
func unpacked(ctx context.Context, cache string, archives []string) (packageTree, error) {
	sum := sha256.New()
	for _, a := range archives {
		fmt.Fprintln(sum, filepath.Base(a))
	}
	dir, err := filepath.Abs(filepath.Join(cache, fmt.Sprintf("files-%x", sum.Sum(nil)[:8])))
	if err != nil || exists(dir) {
		return packageTree(dir), err
	}
	fresh, err := os.MkdirTemp(cache, "files-new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := debian.Unpack(ctx, fresh, archives...); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return packageTree(dir), nil
}

// root fills the read-only root.
func (b *build) root() error {
	t := tree(b.part("root"))
	if err := t.makeFolders(); err != nil {
		return err
	}
	if err := t.take(b.files, b.list); err != nil {
		return err
	}
	busybox, err := os.ReadFile(t.host("/usr/bin/busybox"))
	if err != nil {
		return err
	}
	names, err := appletNames(busybox)
	if err != nil {
		return err
	}
	patterns, err := readList(image.Files, "modules")
	if err != nil {
		return err
	}
	boot := strings.Join(b.Board.Image.Modules, "\n") + "\n"
	return errors.Join(
		t.copyAll(image.Files, "root"),
		t.copy("/usr/bin/imsphone", b.Phone),
		t.linkApplets(names),
		t.linkRegulatory(),
		t.joinCertificates(),
		t.takeModules(b.tools, b.kernel, column(patterns)),
		t.write("/etc/modules", 0o644, []byte(boot)),
		t.write("/etc/imsphone-image", 0o644, []byte(b.Board.Name+" "+b.Version+"\n")),
		os.Chtimes(t.host("/etc/imsphone-image"), b.Date, b.Date),
	)
}

// boot fills the FAT partition.
func (b *build) boot() error {
	t := tree(b.part("fat"))
	initramfs, err := b.initramfs()
	if err != nil {
		return err
	}
	return errors.Join(
		t.takeBoot(b.Board.Image, b.kernel, b.files),
		t.write("/"+initramfsFile, 0o644, initramfs),
		t.copyAll(image.Files, "fat"),
		t.write("/imsphone.conf.example", 0o644, []byte(config.Example)),
	)
}

func (b *build) initramfs() ([]byte, error) {
	init, err := fs.ReadFile(image.Files, "init")
	if err != nil {
		return nil, err
	}
	list, err := readList(image.Files, "modules.root")
	if err != nil {
		return nil, err
	}
	modules := append(b.Board.Image.RootModules, column(list)...)
	var out bytes.Buffer
	err = writeInitramfs(&out, init, tree(b.part("root")).host("/usr/bin/busybox"), b.kernel, modules)
	return out.Bytes(), err
}

func (b *build) filesystems() error {
	return errors.Join(
		makeFAT(b.tools, b.part("fat.img"), b.part("fat")),
		makeRoot(b.tools, b.part("root.img"), b.part("root")),
		makeState(b.tools, b.part("state.img")),
	)
}

func (b *build) disk() error {
	return writeDisk(b.Out, diskSignature, []partition{
		{path: b.part("fat.img"), kind: typeFAT16, boot: true},
		{path: b.part("root.img"), kind: typeLinux},
		{path: b.part("state.img"), kind: typeLinux},
	})
}

// report says how big all is.
func (b *build) report() error {
	for _, path := range []string{b.part("fat.img"), b.part("root.img"), b.part("state.img"), b.Out} {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		b.say("%6.1f MiB  %s", float64(info.Size())/mib, path)
	}
	return nil
}
