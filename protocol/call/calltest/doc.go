// Package calltest connects the signalling cores of several phones (call,
// dialog and transaction layer) through a scripted network with a virtual
// clock: no goroutine, no socket, no randomness. What happens comes out as a
// ladder of text that tests compare with golden files.
//
// It drives the cores as the actors do: each call, each dialog and each
// transaction layer has a mailbox of its own, and every effect is a message to
// one of them. So it is an example of a driver too.
package calltest
