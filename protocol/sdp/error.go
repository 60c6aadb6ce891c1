package sdp

import "errors"

// Errors of a Negotiation; they come wrapped with what was found. A malformed
// body gives a *ParseError instead.
var (
	// ErrPending: an offer is outstanding already. When it is ours and another
	// one comes in, that is glare: answer 491 (RFC 3261 §14.2).
	ErrPending = errors.New("sdp: an offer is outstanding; wait for its answer")
	// ErrNoOffer: there is no offer that this could be the answer to.
	ErrNoOffer = errors.New("sdp: no offer is outstanding")
	// ErrNoCommonCodec: no stream is left that both sides can use. For an
	// offer the usual reply is 488 (RFC 3261 §13.3.1.3).
	ErrNoCommonCodec = errors.New("sdp: no codec in common")
	// ErrMismatch: the description doesn't fit to the one that it answers or
	// follows (RFC 3264 §6, §8).
	ErrMismatch = errors.New("sdp: the streams don't fit to the former description")
)
