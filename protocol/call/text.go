package call

import (
	"fmt"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

// explain gives the reason and a sentence for an INVITE that failed; m is nil
// when there was no response.
func explain(status int, m *sip.Message) (Reason, string) {
	if m == nil {
		if status == 408 {
			return ReasonError, "The other side did not answer at all; check the address and the network."
		}
		return ReasonError, "The call could not be sent; check the network connection."
	}
	switch status {
	case 486, 600:
		return ReasonRefusedOrBusy, "The other side is busy."
	case 603, 607, 608:
		return ReasonRefusedOrBusy, "The call was declined."
	case 480:
		return ReasonRefusedOrBusy, "The other side can't be reached at the moment."
	case 408:
		return ReasonRefusedOrBusy, "Nobody answered."
	case 404, 604, 410:
		return ReasonError, "There is nobody under this address."
	case 484, 414, 416, 485:
		return ReasonError, "This address can't be called; check how it is written."
	case 401, 407:
		return ReasonError, "The server did not accept the password; check user name and password."
	case 403:
		return ReasonError, "The server does not allow this call."
	case 488, 606, 415, 406:
		return ReasonAudioSetupFailed, "The two phones have no media in common."
	case 487:
		return ReasonTerminated, "The call was cancelled."
	case 482, 483:
		return ReasonError, "The call went round in circles in the network."
	case 503:
		return ReasonError, "The network is overloaded or out of service; try again later."
	}
	if status/100 == 3 {
		return ReasonDeflected, "The call was sent elsewhere, which this phone does not follow."
	}
	return ReasonError, fmt.Sprintf("The call failed (%d %s).", status, phrase(status, m))
}

func phrase(status int, m *sip.Message) string {
	if m.Reason() != "" {
		return m.Reason()
	}
	return sip.ReasonPhrase(status)
}

// explainEnd gives the reason and a sentence for a dialog that ended.
func explainEnd(n dialog.Ended) (Reason, string) {
	switch n.Cause {
	case dialog.ByUs:
		return ReasonTerminated, n.Text
	case dialog.ByPeer:
		return ReasonTerminated, "The other side hung up."
	case dialog.NoMedia:
		return ReasonAudioSetupFailed, n.Text
	}
	return ReasonError, n.Text
}
