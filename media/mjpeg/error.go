package mjpeg

import (
	"errors"
	"fmt"
)

var (
	// ErrMalformed says that bytes are no JPEG image, or no payload.
	ErrMalformed = errors.New("malformed JPEG")
	// ErrUnsuited says that an image is JPEG that RFC 2435 can't carry as it
	// is: encode it again.
	ErrUnsuited = errors.New("JPEG that RTP can't carry")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

func unsuited(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsuited, fmt.Sprintf(format, args...))
}
