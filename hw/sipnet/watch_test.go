package sipnet

import (
	"testing"
	"time"
)

// TestWatch plays a connection's life second by second: what is due when.
func TestWatch(t *testing.T) {
	const s = time.Second
	type input struct {
		at                       time.Duration
		completed, partial, pong bool
	}
	type action struct {
		at  time.Duration
		err error // nil is a ping
	}
	tests := map[string]struct {
		watch  watch
		inputs []input
		want   []action // up to its first error, within 100 s
	}{
		"nothing is asked for": {watch{}, nil, nil},
		"pings go on unanswered": {
			watch{keepAlive: 40 * s}, nil, []action{{40 * s, nil}, {80 * s, nil}}},
		"any sign of life puts the ping off": {
			watch{keepAlive: 40 * s}, []input{{at: 30 * s, completed: true}}, []action{{70 * s, nil}}},
		"a peer that answered before has to": {
			watch{keepAlive: 30 * s}, []input{{at: 31 * s, pong: true}}, []action{{30 * s, nil}, {61 * s, nil}, {71 * s, ErrNoPong}}},
		"any sign of life is an answer": {
			watch{keepAlive: 30 * s}, []input{{at: 31 * s, pong: true}, {at: 65 * s, completed: true}},
			[]action{{30 * s, nil}, {61 * s, nil}, {95 * s, nil}}},
		"idle": {
			watch{idle: 50 * s}, []input{{at: 20 * s, completed: true}}, []action{{70 * s, ErrIdle}}},
		"a message that never ends, trickling": {
			watch{idle: 50 * s}, []input{{at: 10 * s, partial: true}, {at: 20 * s, partial: true}, {at: 40 * s, partial: true}},
			[]action{{42 * s, ErrSlow}}},
		"a message that ends": {
			watch{}, []input{{at: 10 * s, partial: true}, {at: 20 * s, completed: true}}, nil},
		"one ends, the next begins": {
			watch{}, []input{{at: 10 * s, partial: true}, {at: 20 * s, completed: true}, {at: 30 * s, partial: true}},
			[]action{{62 * s, ErrSlow}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Unix(1000, 0)
			w := test.watch
			w.heard = start
			var got []action
			for at := time.Duration(0); at <= 100*s; at += s {
				now := start.Add(at)
				for _, in := range test.inputs {
					if in.at == at {
						w.received(now, in.completed, in.partial, in.pong)
					}
				}
				if d := w.deadline(); d.IsZero() || now.Before(d) {
					if ping, err := w.due(now); ping || err != nil {
						t.Fatalf("%v: ping %v, %v before the deadline", at, ping, err)
					}
					continue
				}
				ping, err := w.due(now)
				if !ping && err == nil {
					t.Fatalf("%v: a deadline with nothing to do", at)
				}
				got = append(got, action{at, err})
				if err != nil {
					break
				}
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("got %v, want %v", got[i], test.want[i])
				}
			}
		})
	}
}
