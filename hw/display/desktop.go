package display

import (
	"os"
	"path"
	"strings"
)

// Desktop tells whether X or a Wayland compositor runs on this machine. The screen
// and the keyboard are its user's then, also while it has let go of them, as for a
// text console: a program that took them would lock the user out.
func Desktop() bool {
	sockets, err := os.ReadFile("/proc/net/unix")
	return err == nil && desktopAmong(string(sockets))
}

// desktopAmong looks for what desktops listen at in the kernel's list of local
// sockets, whose last column is the path. X1 and further ones are most often
// screens that nobody sees, as of VNC.
//
//	Num RefCount Protocol Flags Type St Inode Path
func desktopAmong(sockets string) bool {
	for line := range strings.Lines(sockets) {
		fields := strings.Fields(line)
		if len(fields) < 8 {
			continue
		}
		dir, name := path.Split(fields[7])
		number, wayland := strings.CutPrefix(name, "wayland-")
		if wayland && number != "" && strings.Trim(number, "0123456789") == "" || name == "X0" && strings.HasSuffix(dir, "/.X11-unix/") {
			return true
		}
	}
	return false
}
