// Package lab is the network in a box. A plain SIP domain is a registrar and a
// forking, record-routing proxy with digest authentication over UDP and TCP. An
// IMS core is a P-CSCF, an S-CSCF and an HSS in one process, around the same
// proxy: AKA, security agreement, SAs, the state of registrations, and whatever
// can go wrong with them. Both are pure cores; Server gives them sockets and a
// clock.
package lab
