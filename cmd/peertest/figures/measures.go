//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// A measure obtains one figure of a phone, for imsphone and baresip.
type measure struct {
	key string
	figure
	run func(context.Context, options, *peertest.Lab, subject) (float64, error)
}

func measures() []measure {
	return []measure{
		{"answer", figure{"INVITE → 200, median", "ms", 1}, timeToAnswer},
		{"cpu", figure{"CPU in one G.711 call", "s", 1}, callCPU},
		{"rss", figure{"memory when idle", "MB", 1.6}, idleMemory},
		{"start", figure{"exec → first REGISTER", "ms", 1}, timeToRegister},
		{"wakeups", figure{"wake-ups a second when idle", "/s", 0}, idleWakeups},
	}
}

// timeToAnswer is the median time between INVITE and 200 on the phone's wire,
// in ms, over calls in a row.
func timeToAnswer(ctx context.Context, o options, lab *peertest.Lab, s subject) (float64, error) {
	h, err := lab.Host("phone", 21)
	if err != nil {
		return 0, err
	}
	// A short tone: baresip reads all of it before it answers.
	_, uri, err := s.start(ctx, h, setup{tone: time.Second})
	if err != nil {
		return 0, err
	}
	capture, err := peertest.StartCapture(ctx, h)
	if err != nil {
		return 0, err
	}
	if err := sippCalls(ctx, lab, uri, peertest.SippRun{Calls: o.calls, Pause: 20 * time.Millisecond}); err != nil {
		return 0, err
	}
	packets, err := capture.SIP(ctx)
	if err != nil {
		return 0, err
	}
	times := peertest.AnswerTimes(packets)
	if len(times) != o.calls {
		return 0, fmt.Errorf("%d of %d calls were seen to be answered", len(times), o.calls)
	}
	slices.Sort(times)
	return milliseconds(times[len(times)/2]), nil
}

// callCPU is the processor time in seconds that one call takes, from before its
// INVITE until after its BYE. The far end sends every packet back.
func callCPU(ctx context.Context, o options, lab *peertest.Lab, s subject) (float64, error) {
	h, err := lab.Host("phone", 21)
	if err != nil {
		return 0, err
	}
	p, uri, err := s.start(ctx, h, setup{tone: o.length + 5*time.Second})
	if err != nil {
		return 0, err
	}
	before, err := p.CPU()
	if err != nil {
		return 0, err
	}
	if err := sippCalls(ctx, lab, uri, peertest.SippRun{Calls: 1, Pause: o.length, Echo: true}); err != nil {
		return 0, err
	}
	after, err := p.CPU()
	return (after - before).Seconds(), err
}

// sippCalls lets sipp call the phone; every call has to succeed.
func sippCalls(ctx context.Context, lab *peertest.Lab, uri string, r peertest.SippRun) error {
	h, err := lab.Host("sipp", 41)
	if err != nil {
		return err
	}
	r.Scenario = "call.xml"
	r.Service, r.Target, _ = strings.Cut(strings.TrimPrefix(uri, "sip:"), "@")
	sipp, err := peertest.StartSipp(h, r)
	if err != nil {
		return err
	}
	result, err := sipp.Result(ctx)
	if err == nil && (result.Successful != r.Calls || result.Failed != 0) {
		err = fmt.Errorf("%d calls succeeded, %d failed; wanted %d, 0", result.Successful, result.Failed, r.Calls)
	}
	return err
}

// registered starts the phone and waits until Kamailio has stored it.
func registered(ctx context.Context, lab *peertest.Lab, s subject) (*peertest.Process, error) {
	server, err := lab.Host("kamailio", 11)
	if err != nil {
		return nil, err
	}
	k, err := peertest.StartKamailio(ctx, server, peertest.KamailioConfig{Domain: domain, Users: map[string]string{user: password}})
	if err != nil {
		return nil, err
	}
	h, err := lab.Host("phone", 21)
	if err != nil {
		return nil, err
	}
	p, _, err := s.start(ctx, h, setup{registrar: fmt.Sprintf("sip:%v", server.Addr(5060))})
	if err != nil {
		return nil, err
	}
	_, err = k.WaitStored(ctx, user)
	return p, err
}

// idleMemory is the resident memory, in units of 10⁶ bytes, of a registered
// phone that has been idle for a while.
func idleMemory(ctx context.Context, o options, lab *peertest.Lab, s subject) (float64, error) {
	p, err := registered(ctx, lab, s)
	if err != nil {
		return 0, err
	}
	if err := pass(ctx, o.length); err != nil {
		return 0, err
	}
	n, err := p.RSS()
	return float64(n) / 1e6, err
}

// registering is how long a phone is busy with its first REGISTER: over UDP the
// transaction waits for T4, 5 s, for answers that are repeated (timer K, RFC 3261
// §17.1.2.2). Its end is one event, which counts several times: whenever a Go
// program works, its runtime looks after it from a thread that sleeps and wakes,
// and on a busy machine that is dozens of times.
const registering = 7 * time.Second

// idleWakeups is how often a second the threads of a registered phone wake up
// while nothing happens.
func idleWakeups(ctx context.Context, o options, lab *peertest.Lab, s subject) (float64, error) {
	p, err := registered(ctx, lab, s)
	if err != nil {
		return 0, err
	}
	if err := pass(ctx, registering); err != nil {
		return 0, err
	}
	before, err := p.Wakeups()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := pass(ctx, o.length); err != nil {
		return 0, err
	}
	after, err := p.Wakeups()
	return float64(after-before) / time.Since(start).Seconds(), err
}

// timeToRegister is the time in ms from before the program's start to the
// arrival of its first REGISTER.
func timeToRegister(ctx context.Context, _ options, lab *peertest.Lab, s subject) (ms float64, err error) {
	server, err := lab.Host("registrar", 11)
	if err != nil {
		return 0, err
	}
	conn, err := server.ListenPacket("udp", server.Addr(5060).String())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	h, err := lab.Host("phone", 21)
	if err != nil {
		return 0, err
	}
	arrived := make(chan arrival, 1)
	go func() { arrived <- awaitRegister(conn) }()
	p, _, err := s.start(ctx, h, setup{registrar: fmt.Sprintf("sip:%v", server.Addr(5060))})
	if err != nil {
		return 0, err
	}
	// It would wait for an answer before it ends.
	defer func() { err = errors.Join(err, p.Kill()) }()
	select {
	case a := <-arrived:
		return milliseconds(a.at.Sub(p.Started)), a.err
	case <-ctx.Done():
		return 0, fmt.Errorf("no REGISTER came: %w", ctx.Err())
	}
}

// An arrival is when the first datagram came.
type arrival struct {
	at  time.Time
	err error
}

func awaitRegister(conn net.PacketConn) arrival {
	text := make([]byte, 4096)
	n, _, err := conn.ReadFrom(text)
	at := time.Now()
	if err == nil && !strings.HasPrefix(string(text[:n]), "REGISTER ") {
		err = fmt.Errorf("the first message is no REGISTER: %.40q", text[:n])
	}
	return arrival{at, err}
}

// pass lets time go by: here it is what is measured.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median returns the middle value, the mean of the two middle ones of an even
// number.
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	if n == 0 {
		return 0
	}
	return (s[(n-1)/2] + s[n/2]) / 2
}
