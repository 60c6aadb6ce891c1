// Package statetable holds a state machine against the table in which all its
// pairs of state and event are declared. It is for tests.
//
// A table is text: a line "[state]" for each state, and under it a line for
// each event with what comes of it. Blank lines and those that start with # are
// for the reader.
//
//	[waiting]
//	Tick/early      =
//	Tick            locating  NeedFlow
//	NoFlow          !
//
// An event's name is that of its type, with what tells its variants apart after
// a slash. An outcome is whatever the test makes of a step; by convention it is
// the next state, or "=" where the state stays, and then the effects, or "!"
// where the event is out of place and counted. Nothing is left out: a type of
// event or a state that the source has and the table hasn't is a failure.
package statetable
