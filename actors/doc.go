// Package actors is the running phone: a supervision tree whose actors feed
// the pure cores of protocol/ and perform their effects through the ports that
// the caller hands in (see [Ports]).
//
//	Phone (root)            commands in, snapshots and events out
//	├── Audio               the sound device; one stream has it at a time
//	├── Camera              the camera, likewise
//	├── Link                the machine's network: changes of address, sleep
//	├── Line …              one account: registration, identity, call plans
//	│   ├── SIM             its card
//	│   ├── Subscription    to what becomes of its registration
//	│   └── Transport       its sockets, transactions and admission
//	│       └── Association …  one set of security associations
//	└── Calls               the call table: routes by Call-ID and tag
//	    └── Call …          the dialog set of one INVITE
//	        ├── Dialog …    one early or confirmed dialog
//	        └── Stream …    one m= line: RTP session and its pump
//
// Each actor's loop is: receive, Step the core, perform the effects. Commands
// go down and are imperative, events go up in the past tense, and nothing in
// the tree waits for an answer. Neither RTP nor a picture ever crosses a mailbox:
// a Stream's goroutines carry them between socket, session and device, and the
// actor only controls them.
//
// What fails, and what it costs: a Dialog or an audio Stream that panics ends
// its call with a BYE; a video Stream ends the call's video; a Call costs itself; a Transport or Line is made anew and
// registers again while calls go on, and so does a Line that lost an
// Association; a SIM costs the answer to one challenge; Audio and Camera are
// restarted and their streams ask again; Link and Subscription are restarted and cost nothing;
// Calls costs the calls under it. The root's own panic ends the process for the
// service manager to restart.
package actors
