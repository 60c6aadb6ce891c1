package uml

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestRoomForTheMemory(t *testing.T) {
	for name, c := range map[string]struct {
		fs   unix.Statfs_t
		want bool
	}{
		"enough":         {unix.Statfs_t{Bsize: 4096, Bavail: 512 << 20 / 4096}, true},
		"a page too few": {unix.Statfs_t{Bsize: 4096, Bavail: 512<<20/4096 - 1}, false},
		"no programs":    {unix.Statfs_t{Bsize: 4096, Bavail: 1 << 30, Flags: unix.ST_NOEXEC}, false},
	} {
		if got := roomy(c.fs, 512); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
