// Package hss is a home subscriber server for tests and the lab. A [Store]
// holds the subscribers: their identities, their secrets, who has registered
// where; it does the network's side of AKA and can be told to misbehave. A
// [Server] puts a Store on the Cx interface (TS 29.228, TS 29.229), so that
// real CSCFs register our phone with it.
package hss
