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
// Terminated is what the user sees; messages may still be owed (BYE, ACKs for
// late 2xx of a fork): Tell{Closed} is the last effect of a Call. The matrix of
// all states and events stands in matrix_test.go.
package call
