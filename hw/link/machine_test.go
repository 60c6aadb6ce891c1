package link_test

import (
	"io"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/link"
)

// The real machine's network, watched without a privilege.
func TestWatchAndClose(t *testing.T) {
	for range 3 {
		w, err := link.Watch(func(link.Change) {})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() { ended <- w.Close() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("Close doesn't return")
		}
		if err := w.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	}
}

var _ io.Closer = (*link.Watcher)(nil)
