// Package diameter is as much of the Diameter base protocol (RFC 6733) as the
// Cx interface between a CSCF and the HSS needs (TS 29.228, TS 29.229):
// messages, AVPs and their numbers. It is pure but for [Read], which takes one
// message from a stream.
package diameter
