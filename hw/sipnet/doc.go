// Package sipnet holds the SIP sockets of a phone: UDP, TCP and TLS over IPv4
// and IPv6 (RFC 3261 §18, keep-alive of RFC 5626 §4.4.1, server identity of
// RFC 5922).
//
// A Socket binds one UDP socket and one TCP listener to the same port, accepts
// and opens connections, and hands up whole messages. Everything is named by
// its transport.Flow: an answer leaves through the very socket or connection,
// and from the very address, that the request came to.
//
// One goroutine reads a UDP socket or a connection, so the messages of a flow
// stay in order. Send never blocks: a datagram goes at once, a connection has a
// bounded queue and a goroutine that writes it with a deadline.
package sipnet
