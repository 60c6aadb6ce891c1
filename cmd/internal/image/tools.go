package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// packages are Debian's packages of the tools that are run.
var packages = map[string]string{
	"mkfs.vfat": "dosfstools", "mcopy": "mtools", "mksquashfs": "squashfs-tools", "mke2fs": "e2fsprogs", "depmod": "kmod",
}

// tools runs programs at a moment: what they write bears that date.
type tools struct {
	ctx   context.Context
	epoch time.Time
}

// run runs a program; its output is in the error.
func (t tools) run(name string, args ...string) error {
	cmd := exec.CommandContext(t.ctx, name, args...)
	// Not everybody's path has the programs of an administrator.
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC", "SOURCE_DATE_EPOCH="+strconv.FormatInt(t.epoch.Unix(), 10))
	if cmd.Err != nil {
		for _, dir := range []string{"/usr/sbin/", "/sbin/"} {
			if _, err := os.Stat(dir + name); err == nil {
				cmd.Path, cmd.Err = dir+name, nil
				break
			}
		}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s isn't there: install %s", name, packages[name])
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return nil
}
