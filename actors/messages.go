package actors

import (
	"net/netip"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Messages to a Transport.
type (
	// sendRequest starts a client transaction for owner, who gets responded or
	// unanswered with its own key. hop is the URI that decides where it goes.
	sendRequest struct {
		owner *actor.PID
		key   uint64
		draft *sip.Draft
		hop   string
		way   way
	}
	// sendStateless sends an ACK for a 2xx.
	sendStateless struct {
		draft *sip.Draft
		hop   string
	}
	cancelRequest struct {
		owner  *actor.PID
		key    uint64
		fields []sip.Field
	}
	abandonRequest struct {
		owner *actor.PID
		key   uint64
	}
	respondRequest struct {
		id    txn.ID
		draft *sip.Draft
	}
	// findFlow asks for a flow towards hop; owner gets flowFound with the same
	// ref. failover skips the server that was used last.
	findFlow struct {
		owner    *actor.PID
		ref      uint64
		hop      string
		failover bool
	}
)

// Messages from a Transport.
type (
	responded struct {
		key uint64
		msg *sip.Message
	}
	unanswered struct {
		key uint64
		err error
	}
	flowFound struct {
		ref  uint64
		flow transport.Flow
		// at is the address that others reach us by on this flow's transport.
		at  netip.AddrPort
		err error
	}
	flowLost struct {
		flow transport.Flow
		err  error
	}
	// requested is a new server transaction, on its way from the Transport
	// through Line and Calls to its Call.
	requested struct {
		origin origin
		msg    *sip.Message
	}
	acked    struct{ msg *sip.Message }
	canceled struct{ origin origin }
	unacked  struct{ origin origin }
)

// origin says where a request came from: the line's transport, and the server
// transaction to answer. It is comparable by transport id and transaction.
type origin struct {
	transport *actor.PID
	id        txn.ID
	flow      transport.Flow
}

// serverTxn is an origin as a map key.
type serverTxn struct {
	transport string
	id        txn.ID
}

func (o origin) key() serverTxn { return serverTxn{o.transport.Id, o.id} }

// Messages between Line, Calls and Call.
type (
	// planCall asks a Line how to call uri; the Call gets planned.
	planCall struct {
		owner *actor.PID
		uri   string
	}
	// planIncoming asks the same for a call that came over flow.
	planIncoming struct {
		owner *actor.PID
		flow  transport.Flow
	}
	// planned is a Line's answer: all that a call needs to know of it.
	planned struct {
		config    call.Config
		transport *actor.PID
		media     netip.Addr // where our streams listen
		trusted   bool       // P-Asserted-Identity may be believed
		uri       string     // the callee, completed with the home domain
		err       error
	}
	// callStarted tells Calls how requests name a call that was dialled.
	callStarted struct {
		call  string
		route call.Route
	}
	// callClosed is a Call's last word.
	callClosed struct{ call string }
)
