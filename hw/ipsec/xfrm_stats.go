package ipsec

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// statistics are the namespace's XFRM counters since they were opened. The file
// is kept open because it stays with its namespace.
type statistics struct {
	file  *os.File // nil where the kernel keeps none (CONFIG_XFRM_STATISTICS)
	start Mark
}

// number is a counter of /proc/net/xfrm_stat.
type number struct {
	name  string
	value uint64
}

// statisticsPath is the file in the namespace of the calling thread.
const statisticsPath = "/proc/thread-self/net/xfrm_stat"

func openStatistics(path string) *statistics {
	f, err := os.Open(path)
	if err != nil {
		return &statistics{}
	}
	s := &statistics{file: f}
	s.start = s.mark()
	return s
}

func (s *statistics) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// read gives the kernel's numbers.
func (s *statistics) read() []number {
	if s.file == nil {
		return nil
	}
	return parseStatistics(io.NewSectionReader(s.file, 0, math.MaxInt64))
}

// parseStatistics reads lines of a name and a number.
func parseStatistics(r io.Reader) []number {
	var numbers []number
	for lines := bufio.NewScanner(r); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) != 2 {
			continue
		}
		if value, err := strconv.ParseUint(fields[1], 10, 64); err == nil {
			numbers = append(numbers, number{fields[0], value})
		}
	}
	return numbers
}

// moved gives the counters that grew since then, with what they grew by.
func (s *statistics) moved(since Mark) []number {
	var moved []number
	for _, n := range s.read() {
		if n.value > since[n.name] {
			moved = append(moved, number{n.name, n.value - since[n.name]})
		}
	}
	return moved
}

// mark gives the counters as they are.
func (s *statistics) mark() Mark {
	m := Mark{}
	for _, n := range s.read() {
		m[n.name] = n.value
	}
	return m
}

// Mark is where the XFRM counters stood at some time.
type Mark map[string]uint64

// Mark tells where the counters stand, for [Kernel.Hints].
func (k *Kernel) Mark() Mark { return k.stats.mark() }

// clearPackets is the counter of packets that a policy wanted protected, and
// that weren't.
const clearPackets = "XfrmInTmplMismatch"

// meaning says what a counter hints at, for users; "" is unknown.
func meaning(name string) string {
	switch name {
	case "XfrmInNoStates":
		return "ESP came with an SPI that no SA here has: the P-CSCF uses an old set, or has mistaken the SPIs"
	case "XfrmInStateProtoError":
		return "ESP failed the integrity check: the two sides' keys or algorithms differ, or somebody forges"
	case "XfrmInStateModeError":
		return "ESP was not in transport mode"
	case "XfrmInStateSeqError":
		return "ESP was replayed, or too late for the replay window"
	case "XfrmInStateExpired", "XfrmInStateInvalid":
		return "ESP came for an SA whose time is up"
	case "XfrmInStateMismatch":
		return "ESP came by an SA that isn't for these ports: the P-CSCF has mistaken SPIs or ports"
	case clearPackets:
		return "packets to protected ports came without the protection agreed on, and were dropped"
	case "XfrmOutNoStates", "XfrmOutStateExpired":
		return "packets had no SA to leave by: it expired or was removed"
	}
	return ""
}

// Hints names the XFRM counters of the network namespace that grew since then,
// and what each means, in one line; "" where there is nothing. They explain
// silence on a protected port.
func (k *Kernel) Hints(since Mark) string {
	var hints []string
	for _, n := range k.stats.moved(since) {
		hint := fmt.Sprintf("kernel counts %s %d", n.name, n.value)
		if m := meaning(n.name); m != "" {
			hint += " (" + m + ")"
		}
		hints = append(hints, hint)
	}
	return strings.Join(hints, "; ")
}

// Outside counts the packets that came in the clear for a protected flow of this
// network namespace, and were dropped, since the backend was opened.
func (k *Kernel) Outside() uint64 {
	for _, n := range k.stats.moved(k.stats.start) {
		if n.name == clearPackets {
			return n.value
		}
	}
	return 0
}
