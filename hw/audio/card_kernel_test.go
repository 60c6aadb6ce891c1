//go:build linux

package audio

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/audio/alsa"
)

// TestKindOf: what the kernel says becomes what a person can do about it.
func TestKindOf(t *testing.T) {
	for cause, want := range map[error]error{
		unix.EBUSY: ErrBusy, alsa.ErrNoCard: ErrNotFound, unix.ENODEV: ErrNotFound, unix.EACCES: ErrDenied,
		unix.EIO: ErrLost, unix.EPROTO: ErrLost, unix.ETIMEDOUT: ErrLost, unix.EINVAL: nil,
	} {
		if got := kindOf(fmt.Errorf("open: %w", cause)); got != want {
			t.Errorf("%v is %v, want %v", cause, got, want)
		}
	}
}
