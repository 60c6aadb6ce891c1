// Package lab is the network in a box: a registrar and a forking,
// record-routing proxy with digest authentication over UDP and TCP. The proxy
// is a pure core; Server gives it sockets and a clock.
package lab
