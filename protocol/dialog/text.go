package dialog

import (
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
)

// mediaText says why there is no media.
func mediaText(err error) string {
	return "The two phones could not agree on the media: " + err.Error() + "."
}

// refusedText says how a change was refused.
func refusedText(status int) string {
	switch status {
	case 408:
		return "The other side did not answer the request to change the call."
	case 491:
		return "Both sides keep changing the call at the same time; try again."
	}
	return fmt.Sprintf("The other side did not accept the change (%d %s); the call goes on as it was.", status, sip.ReasonPhrase(status))
}

// Warning gives the Warning field of a 488 (RFC 3261 §20.43): 305 when no codec
// is in common, 304 when the streams don't fit, 399 for SDP that can't be read.
func Warning(err error) sip.Field {
	code, text := 399, "The session description can't be read"
	switch {
	case errors.Is(err, sdp.ErrNoCommonCodec):
		code, text = 305, "Incompatible media format"
	case errors.Is(err, sdp.ErrMismatch):
		code, text = 304, "Media type not available"
	}
	return sip.Field{ID: sip.HWarning, Value: fmt.Sprintf("%d - %q", code, text)}
}
