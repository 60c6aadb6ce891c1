package peertest

import (
	"context"
	"fmt"
	"time"
)

// pollStep is the pause between two looks at something that can only be asked
// for, not waited for.
const pollStep = 20 * time.Millisecond

// poll asks until the answer is yes, an error comes or ctx ends.
func poll(ctx context.Context, what string, ask func() (bool, error)) error {
	ticker := time.NewTicker(pollStep)
	defer ticker.Stop()
	for {
		ok, err := ask()
		if err != nil || ok {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%s did not come: %w", what, ctx.Err())
		}
	}
}
