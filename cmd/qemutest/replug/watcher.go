//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/control"
)

// socket is where the phone in an image is commanded.
const socket = "/run/imsphone/control.sock"

// watcher hears what the phone tells.
type watcher struct{ *control.Client }

func watch() (*watcher, error) {
	c, err := control.Dial(socket)
	if err != nil {
		return nil, err
	}
	return &watcher{c}, c.Subscribe()
}

// await waits for an event of each type, and gives when they were. A call that
// ends meanwhile is an error.
func (w *watcher) await(deadline time.Time, types ...string) ([]time.Time, error) {
	at := make([]time.Time, len(types))
	for missing := len(types); missing > 0; {
		line, err := w.Next(deadline)
		if err != nil {
			return nil, fmt.Errorf("the phone doesn't tell %s: %w", strings.Join(types, " and "), err)
		}
		var e actors.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		if e.Type == "ended" {
			return nil, fmt.Errorf("call %s has ended: %s", e.Call, e.Text)
		}
		if i := slices.Index(types, e.Type); i >= 0 && at[i].IsZero() {
			at[i] = e.Time
			missing--
		}
	}
	return at, nil
}
