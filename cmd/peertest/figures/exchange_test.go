//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// wire is a capture: one packet every millisecond, of 100 bytes each.
func wire(packets ...peertest.Packet) []peertest.Packet {
	for i := range packets {
		packets[i].Time, packets[i].Bytes = time.Duration(i)*time.Millisecond, 100
	}
	return packets
}

func ask(seq int) peertest.Packet {
	return peertest.Packet{Method: "REGISTER", CSeq: "REGISTER", Seq: seq}
}

func answer(seq, status int) peertest.Packet {
	return peertest.Packet{Status: status, CSeq: "REGISTER", Seq: seq}
}

func TestRegistrations(t *testing.T) {
	subscribe := peertest.Packet{Method: "SUBSCRIBE", CSeq: "SUBSCRIBE", Seq: 1}
	for _, c := range []struct {
		name            string
		packets         []peertest.Packet
		exchanges       []int // of each registration
		messages        []int
		core, own, done time.Duration // of the last one, in ms
	}{
		{"nothing", nil, nil, nil, 0, 0, 0},
		{"refused", wire(ask(1), answer(1, 403)), nil, nil, 0, 0, 0},
		{"accepted at once", wire(ask(1), answer(1, 200)), []int{1}, []int{2}, 1, 0, 1},
		{"challenged", wire(ask(1), answer(1, 401), ask(2), answer(2, 200)), []int{2}, []int{4}, 2, 1, 3},
		{"100 on the way", wire(ask(1), answer(1, 100), answer(1, 200)), []int{1}, []int{3}, 2, 0, 2},
		{"repeated", wire(ask(1), ask(1), answer(1, 200)), []int{1}, []int{3}, 2, 0, 2},
		{"repeated when answered", wire(ask(1), answer(1, 401), ask(2), answer(2, 200), ask(2), answer(2, 200),
			ask(3), answer(3, 401), ask(4), answer(4, 200)), []int{2, 2}, []int{4, 6}, 2, 1, 9},
		{"between others", wire(subscribe, ask(2), subscribe, answer(2, 200), subscribe), []int{1}, []int{2}, 2, 0, 3},
		{"renewed", wire(ask(1), answer(1, 200), ask(2), answer(2, 401), ask(3), answer(3, 200)), []int{1, 2}, []int{2, 4}, 2, 1, 5},
	} {
		var exchanges, messages []int
		var last registration
		for _, r := range registrations(c.packets) {
			last = r
			exchanges, messages = append(exchanges, len(r.exchanges)), append(messages, r.messages)
			if r.bytes != 100*r.messages {
				t.Errorf("%s: %d bytes in %d messages", c.name, r.bytes, r.messages)
			}
		}
		if !slices.Equal(exchanges, c.exchanges) || !slices.Equal(messages, c.messages) {
			t.Errorf("%s: exchanges %v, messages %v; want %v, %v", c.name, exchanges, messages, c.exchanges, c.messages)
		}
		if len(exchanges) == 0 {
			continue
		}
		if last.core() != c.core*time.Millisecond || last.own() != c.own*time.Millisecond || last.done() != c.done*time.Millisecond {
			t.Errorf("%s: core %v, own %v, done %v", c.name, last.core(), last.own(), last.done())
		}
	}
}

func TestWanted(t *testing.T) {
	packets := wire(ask(1), answer(1, 200), ask(2), answer(2, 200))
	if found, err := wanted(packets, 1, 1); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := wanted(packets, 3, 1); err == nil || !strings.Contains(err.Error(), "2 registrations") || errors.Is(err, errQuick) {
		t.Errorf("three of two: %v", err)
	}
	again := wire(ask(1), answer(1, 401), ask(2), answer(2, 401), ask(3), answer(3, 200))
	if _, err := wanted(again, 1, 2); !errors.Is(err, errQuick) {
		t.Errorf("challenged twice: %v", err)
	}
}

func TestUnlessQuick(t *testing.T) {
	lost := errors.New("lost")
	for _, c := range []struct {
		name  string
		runs  []error // the last one goes on
		tries int
		want  error
	}{
		{"slow enough", []error{nil}, 1, nil},
		{"quick once", []error{errQuick, nil}, 2, nil},
		{"another failure", []error{lost}, 1, lost},
		{"ever too quick", []error{fmt.Errorf("%w: 4 round trips", errQuick)}, quickTries, errQuick},
	} {
		tries := 0
		err := unlessQuick(func() error {
			tries++
			return c.runs[min(tries, len(c.runs))-1]
		})
		if tries != c.tries || !errors.Is(err, c.want) {
			t.Errorf("%s: %v after %d tries, want %v after %d", c.name, err, tries, c.want, c.tries)
		}
	}
}

func TestFirstAndRenewedFigures(t *testing.T) {
	r := registrations(wire(ask(1), answer(1, 401), ask(2), answer(2, 200)))[0]
	began := time.Unix(0, 0).Add(-7 * time.Millisecond)
	for _, c := range []struct {
		trial     trial
		got, want []float64
	}{
		{firstRegistration(), r.first(began), []float64{10, 2, 8, 1, 2, 4, 0.4}},
		{renewedRegistration(), renewed([]registration{r, r}, 6*time.Millisecond), []float64{3, 2, 1, 3, 2, 4, 0.4}},
	} {
		if !slices.Equal(c.got, c.want) || len(c.trial.figures) != len(c.want) {
			t.Errorf("%s: %v for %v, want %v", c.trial.key, c.got, c.trial.figures, c.want)
		}
	}
}
