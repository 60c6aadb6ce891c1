package txn

import (
	"errors"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// ID names a server transaction of one Layer; it is never 0 and never used
// again.
type ID uint64

// Event is what happens to the layer.
type Event interface{ txnEvent() }

// Received is a message from the wire that has passed sip.Check.
type Received struct {
	Flow transport.Flow
	Msg  *sip.Message
}

// Request starts a client transaction on Flow. The layer adds the Via to the
// Draft, which is its own from then on. Key is the owner's handle, unique in
// the layer; every effect of the transaction carries it.
type Request struct {
	Key   uint64
	Flow  transport.Flow
	Draft *sip.Draft
}

// Cancel sends a CANCEL for the INVITE transaction Key: at once where a
// provisional response has come, else as soon as one does, and not at all
// after a final response (RFC 3261 §9.1). Fields are added to it.
type Cancel struct {
	Key    uint64
	Fields []sip.Field
}

// Respond answers the server transaction ID. The response of a retransmitted
// 2xx is given again by the TU, as RFC 3261 §13.3.1.4 has it.
type Respond struct {
	ID    ID
	Draft *sip.Draft
}

// Stateless sends an ACK for a 2xx: a Via is added, and nothing is remembered.
type Stateless struct {
	Flow  transport.Flow
	Draft *sip.Draft
}

// FlowFailed says that nothing can be sent on Flow any more.
type FlowFailed struct {
	Flow transport.Flow
	Err  error
}

// Abandon says that nobody waits for the client transaction Key any more: it
// ends without a word.
type Abandon struct{ Key uint64 }

// Tick says that the time of Next has come.
type Tick struct{}

func (Received) txnEvent()   {}
func (Request) txnEvent()    {}
func (Cancel) txnEvent()     {}
func (Respond) txnEvent()    {}
func (Stateless) txnEvent()  {}
func (FlowFailed) txnEvent() {}
func (Abandon) txnEvent()    {}
func (Tick) txnEvent()       {}

// Effect is what the driver is to do, in order.
type Effect interface{ txnEffect() }

// Transmit puts Data on the wire. Data must not be changed.
type Transmit struct {
	Flow transport.Flow
	Data []byte
}

// Incoming is a new request for the TU, to be answered by Respond.
type Incoming struct {
	ID   ID
	Flow transport.Flow
	Msg  *sip.Message
}

// IncomingAck is an ACK for a 2xx: it has no transaction.
type IncomingAck struct {
	Flow transport.Flow
	Msg  *sip.Message
}

// Canceled says that the peer has cancelled the INVITE server transaction ID,
// which has no final response yet. The CANCEL itself has been answered.
type Canceled struct{ ID ID }

// Response is a response to the request Key: each provisional one, the final
// one, and for INVITE each further 2xx (RFC 6026).
type Response struct {
	Key  uint64
	Flow transport.Flow
	Msg  *sip.Message
}

// Failed says that the request Key gets no final response: [ErrTimeout], or
// the error of the flow.
type Failed struct {
	Key uint64
	Err error
}

// Unacked says that the non-2xx final response of ID was never acknowledged
// (timer H).
type Unacked struct{ ID ID }

// Stray is a response that belongs to no transaction.
type Stray struct {
	Flow transport.Flow
	Msg  *sip.Message
}

// Done says that the transaction with this Key or ID is gone.
type Done struct {
	Key uint64
	ID  ID
}

// Unexpected is an event that names no transaction, or comes too late for it.
type Unexpected struct{ Event Event }

func (Transmit) txnEffect()    {}
func (Incoming) txnEffect()    {}
func (IncomingAck) txnEffect() {}
func (Canceled) txnEffect()    {}
func (Response) txnEffect()    {}
func (Failed) txnEffect()      {}
func (Unacked) txnEffect()     {}
func (Stray) txnEffect()       {}
func (Done) txnEffect()        {}
func (Unexpected) txnEffect()  {}

// ErrTimeout says that timer B or F fired: the server did not answer.
var ErrTimeout = errors.New("no answer in time")
