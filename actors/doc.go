// Package actors is the running phone: a supervision tree whose actors feed
// the pure cores of protocol/ and perform their effects through the ports that
// the caller hands in (see [Ports]).
//
//	Phone (root)            commands in, snapshots and events out
//	├── Audio               the sound device; one stream has it at a time
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
// the tree waits for an answer. RTP never crosses a mailbox: a Stream's two
// goroutines carry it between socket, session and sound device, and the actor
// only controls them.
//
// What fails, and what it costs: a Dialog or Stream that panics ends its call
// with a BYE; a Call costs itself; a Transport or Line is made anew and
// registers again while calls go on, and so does a Line that lost an
// Association; a SIM costs the answer to one challenge; Audio is restarted and
// its streams ask again; Link and Subscription are restarted and cost nothing;
// Calls costs the calls under it. The root's own panic ends the process for the
// service manager to restart.
package actors
