//go:build linux

package peertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A Capture records the SIP and RTP packets of one interface.
type Capture struct {
	*Process
	host *Host
	file string
}

// StartCapture begins to record the host's eth0; on the lab's Bridge it is
// br0, which sees every frame of the lab.
func StartCapture(ctx context.Context, h *Host) (*Capture, error) {
	device := "eth0"
	if h.ns == h.lab.lan {
		device = "br0"
	}
	file := fmt.Sprintf("%s/%s.pcapng", h.lab.Dir, h.Name)
	p, err := h.Start(Command{Args: []string{"dumpcap", "-q", "-i", device, "-f", "ip or ip6", "-w", file}})
	if err != nil {
		return nil, err
	}
	// The name of the file is told once the packets are being recorded.
	if _, err := p.WaitLine(ctx, "^File: "); err != nil {
		return nil, err
	}
	return &Capture{p, h, file}, nil
}

// A Packet is one SIP message of a capture.
type Packet struct {
	Time     time.Duration // since the epoch
	From, To string        // addresses, without ports
	Method   string        // of a request
	Status   int           // of a response
	CSeq     string        // method in CSeq
	Seq      int           // number in CSeq
	CallID   string
	Bytes    int // of the UDP datagram or TCP segment that it ends in, with UDP's header
}

// String prints the packet on one line.
func (p Packet) String() string {
	what := p.Method
	if p.Status != 0 {
		what = fmt.Sprintf("%d (%s)", p.Status, p.CSeq)
	}
	return fmt.Sprintf("%s → %s %s [%s]", p.From, p.To, what, p.CallID)
}

// SIP ends the capture and returns its SIP messages, in order, as tshark reads
// them.
func (c *Capture) SIP(ctx context.Context) ([]Packet, error) {
	return read(ctx, c, "sip", parsePacket, "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
		"sip.Method", "sip.Status-Code", "sip.CSeq.method", "sip.Call-ID", "sip.CSeq.seq", "udp.length", "tcp.len")
}

// A Frame is one IP packet of a capture, whatever it carries.
type Frame struct {
	Time     time.Duration // since the epoch
	From, To string        // addresses, without ports
	Protocol string        // number of the IP protocol: 6 is TCP, 17 UDP, 50 ESP
	// Ports are the source and the destination port of TCP, and Payload is its
	// number of bytes; "" for others.
	Ports   [2]string
	Payload string
	Info    string // what tshark makes of it
}

// IP ends the capture and returns its IP packets, in order.
func (c *Capture) IP(ctx context.Context) ([]Frame, error) {
	return read(ctx, c, "ip or ipv6", parseFrame, "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.proto", "ipv6.nxt",
		"tcp.srcport", "tcp.dstport", "tcp.len", "_ws.col.Info")
}

func parseFrame(f []string) (Frame, error) {
	if len(f) < 11 {
		return Frame{}, fmt.Errorf("%d fields", len(f))
	}
	at, err := epoch(f[0])
	return Frame{Time: at, From: f[1] + f[3], To: f[2] + f[4], Protocol: f[5] + f[6],
		Ports: [2]string{f[7], f[8]}, Payload: f[9], Info: f[10]}, err
}

// read ends a capture and reads fields of the packets that a display filter
// lets through.
func read[T any](ctx context.Context, c *Capture, filter string, parse func([]string) (T, error), fields ...string) ([]T, error) {
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	if err := c.Stop(); err != nil {
		return nil, err
	}
	args := []string{"-n", "-r", c.file, "-Y", filter, "-T", "fields", "-E", "occurrence=f", "-E", "separator=|"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.CommandContext(ctx, "tshark", args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("tshark -r %s: %w", c.file, err)
	}
	var list []T
	for line := range strings.Lines(string(out)) {
		v, err := parse(strings.Split(strings.TrimRight(line, "\n"), "|"))
		if err != nil {
			return nil, fmt.Errorf("tshark printed %q: %w", line, err)
		}
		list = append(list, v)
	}
	return list, nil
}

// settle waits until everything that has passed the interface so far is in the
// file: dumpcap drops what the kernel still holds when it is told to end. A
// datagram with a random text marks the end.
func (c *Capture) settle(ctx context.Context) error {
	conn, err := c.host.Dial("udp", "10.46.0.255:9")
	if err != nil {
		return err
	}
	defer conn.Close()
	mark := []byte(rand.Text())
	if _, err := conn.Write(mark); err != nil {
		return err
	}
	return poll(ctx, "the end of the capture", func() (bool, error) {
		text, err := os.ReadFile(c.file)
		return bytes.Contains(text, mark), err
	})
}

func parsePacket(f []string) (Packet, error) {
	if len(f) < 12 {
		return Packet{}, fmt.Errorf("%d fields", len(f))
	}
	at, err := epoch(f[0])
	if err != nil {
		return Packet{}, err
	}
	p := Packet{Time: at, From: f[1] + f[3], To: f[2] + f[4], Method: f[5], CSeq: f[7], CallID: f[8]}
	for _, number := range []struct {
		text string
		to   *int
	}{{f[6], &p.Status}, {f[9], &p.Seq}, {f[10] + f[11], &p.Bytes}} {
		if number.text == "" {
			continue
		}
		if *number.to, err = strconv.Atoi(number.text); err != nil {
			return p, err
		}
	}
	return p, nil
}

// epoch parses seconds with nine decimals without losing any.
func epoch(s string) (time.Duration, error) {
	whole, decimals, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+(decimals + "000000000")[:9], 10, 64)
	return time.Duration(n), err
}

// AnswerTimes returns, for each call of the capture, the time from the first
// INVITE to the first 200 for it.
func AnswerTimes(packets []Packet) []time.Duration {
	asked := map[string]time.Duration{}
	var times []time.Duration
	for _, p := range packets {
		start, known := asked[p.CallID]
		switch {
		case p.Method == "INVITE" && !known:
			asked[p.CallID] = p.Time
		case p.Status == 200 && p.CSeq == "INVITE" && start != 0:
			times = append(times, p.Time-start)
			asked[p.CallID] = 0 // a retransmitted 200 doesn't count
		}
	}
	return times
}
