package deadline

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		release, err := Within(ctx, near)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := near.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		release()
		// The end of one context has no hold on what is done within the next.
		release, err = Within(t.Context(), near)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		go far.Write([]byte{1})
		if _, err := near.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
	})
}
