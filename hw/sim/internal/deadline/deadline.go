// Package deadline ends reads and writes with a context.
package deadline

import (
	"context"
	"time"
)

// Setter is a connection or a device.
type Setter interface{ SetDeadline(time.Time) error }

// Within has what blocks on s fail with os.ErrDeadlineExceeded once ctx ends.
// After release it has no hold on s any more.
func Within(ctx context.Context, s Setter) (release func(), err error) {
	if err := s.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(fired)
		// Where this fails, s is closed and nothing blocks on it.
		_ = s.SetDeadline(time.Unix(1, 0))
	})
	return func() {
		if !stop() {
			<-fired // or it would hit the next exchange
		}
	}, nil
}
