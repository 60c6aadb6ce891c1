// Package dialog is one SIP dialog, early or confirmed, as a pure value: RFC
// 3261 §12 (dialog state, route set, remote target), §13 and §14 (the 2xx and
// its ACK, re-INVITE), §15 (BYE), RFC 3262 (reliable provisional responses),
// RFC 3264 (offer and answer, through protocol/sdp), RFC 3311 (UPDATE) and RFC
// 4028 (session timers).
//
// A Dialog has no clock, socket or random source: Step(now, event) appends
// effects, Next tells when it wants a Tick. It does not own the INVITE
// transaction that made it: protocol/call does, and hands on what came of it.
// A Dialog knows neither its call nor its siblings; what it has to say goes up
// as Tell effects.
//
//	   UAC: 1xx or 2xx                   UAS: INVITE
//	         │                                │
//	         ▼                                ▼
//	     ┌───────┐                        ┌───────┐
//	     │ Early │                        │ Early │
//	     └───────┘                        └───────┘
//	       │ │ │ 2xx, ACK                   │   │ Accept: 2xx
//	       │ │ ▼                            │   ▼
//	       │ │ ┌────┐         ACK           │ ┌─────────────┐
//	       │ │ │ Up │◄──────────────────────┼─│ Accepted2xx │
//	       │ │ └────┘                       │ └─────────────┘
//	       │ │   │ Bye, 481, expired        │   │ Bye, no ACK
//	       │ │ Bye, bad SDP                 │   │
//	       │ ▼   ▼                          │   ▼
//	       │ ┌─────────────────────────────────────────┐
//	 Drop, │ │ Ending: BYE is sent, or waits for ACK   │
//	 PRACK │ └─────────────────────────────────────────┘
//	failed │   │ answer to BYE, or none     │ Refuse, no PRACK, BYE of the peer
//	       ▼   ▼                            ▼
//	     ┌─────────────────────────────────────────────┐
//	     │                 Terminated                  │
//	     └─────────────────────────────────────────────┘
//
// The matrix of all states and events stands in matrix_test.go.
package dialog
