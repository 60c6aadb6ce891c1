package link

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Wireless is how well a Wi-Fi interface hears its network.
type Wireless struct {
	Link string // the network interface, such as "wlan0"
	// Level is the strength of the signal, in dBm: -50 is strong, -80 weak.
	Level int
}

// Signals lists the Wi-Fi interfaces that have joined a network. Machines without
// Wi-Fi have none.
func Signals() ([]Wireless, error) { return signals(os.DirFS("/proc/net")) }

// signals reads the kernel's table, which each Wi-Fi driver fills:
//
//	Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
//	 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
//	 wlan0: 0000   58.  -52.  -256        0      0      0      0     34        0
func signals(proc fs.FS) ([]Wireless, error) {
	text, err := fs.ReadFile(proc, "wireless")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []Wireless
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if w, ok := readWireless(lines.Text()); ok {
			list = append(list, w)
		}
	}
	return list, err
}

// readWireless reads a line. An interface without a network has a quality of 0.
func readWireless(line string) (w Wireless, ok bool) {
	name, rest, found := strings.Cut(line, ":")
	field := strings.Fields(rest)
	if !found || len(field) < 3 {
		return w, false
	}
	quality, err1 := strconv.Atoi(strings.TrimSuffix(field[1], "."))
	level, err2 := strconv.Atoi(strings.TrimSuffix(field[2], "."))
	if errors.Join(err1, err2) != nil || quality <= 0 {
		return w, false
	}
	if level > 0 { // an old driver's, which counts as an unsigned byte
		level -= 256
	}
	return Wireless{strings.TrimSpace(name), level}, true
}
