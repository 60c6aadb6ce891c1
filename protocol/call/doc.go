// Package call is one call of the phone as a pure value: the set of dialogs
// that one INVITE makes, in both directions (RFC 3261 §13, §9, §8.1.3, §8.2).
//
// A Call owns the INVITE transaction; its dialogs (protocol/dialog) own
// everything that happens within them. A Call never holds a dialog: it emits
// Open and Pass for the driver to route, and takes back what the dialogs tell
// as Reported. So each may run in an actor of its own.
//
// States and end reasons are ModemManager's MMCallState and MMCallStateReason.
//
//	     Dial                          Incoming
//	      │                    idle │           │ Busy
//	      ▼                         ▼           ▼
//	┌─────────┐                ┌───────────┐ ┌─────────┐
//	│ Dialing │                │ RingingIn │ │ Waiting │
//	└─────────┘                └───────────┘ └─────────┘
//	  │ 180, 183                     │ Answer   │ Answer
//	  ▼                              ▼          ▼
//	┌────────────┐    2xx       ┌────────┐  Hold   ┌──────┐
//	│ RingingOut │─────────────►│ Active │◄───────►│ Held │
//	└────────────┘              └────────┘ Resume  └──────┘
//	      │ Hangup, final, timeout    │ Hangup, BYE    │
//	      ▼                           ▼                ▼
//	    ┌────────────────────────────────────────────────┐
//	    │                   Terminated                   │
//	    └────────────────────────────────────────────────┘
//
// What the driver does with the effects (calltest is an example):
//   - Request, Cancel, Abandon, Respond of calls and dialogs go to the
//     transaction layer, Stateless too. Keys are unique within one call or one
//     dialog only, so the driver gives the layer keys of its own and remembers
//     whose they are; Hop is where the request goes (RFC 3263).
//   - Requests from the transaction layer go to the call whose Route is RouteOf
//     the message; an INVITE without To tag makes a new call; anything else that
//     fits no call gets 481. Canceled goes to the call that got the INVITE.
//   - Responses and failures go straight to the owner of the key.
//   - A dialog's Tell comes back to the call as Reported. After Tell{Closed} the
//     dialog, and after the call's the call, may be forgotten.
//   - A dialog that breaks off is told as Lost: the call then answers what the
//     dialog left unanswered, and sends BYE in its place.
//
// Terminated is what the user sees; messages may still be owed (BYE, ACKs for
// late 2xx of a fork): Tell{Closed} is the last effect of a Call. The matrix of
// all phases and events stands in matrix_test.go.
package call
