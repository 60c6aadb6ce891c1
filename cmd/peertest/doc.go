// Package peertest holds the phone against the real peers that Debian ships:
// Kamailio (registrar and forking proxy), baresip (a phone), sipp (scripted
// calls) and tshark (what really was on the wire).
//
// Every test owns a Lab, a private network made of network namespaces:
//
//	imspeer-…-lan            bridge br0, 10.46.0.1/24, fd46::1/64
//	  │ veth     │ veth      │ veth
//	eth0       eth0        eth0
//	10.46.0.11 10.46.0.21  10.46.0.31
//	kamailio   phone       baresip      one namespace each
//
// The addresses exist inside the namespaces only, so labs never meet each
// other and nothing leaves the machine. Everything that a lab starts is a
// [Process] with its log kept; waiting is for log lines, control events and
// states, each with a generous bound, never for an amount of time.
//
// The tests need root and carry the build tag "peers". They mostly wait for
// each other's sound, so several at a time suit even a small machine:
//
//	go test -tags peers -parallel 6 ./cmd/peertest/
//
// They install nothing: a missing program fails the run with the name of the
// Debian package that holds it (see [Need]). The package figures beside this
// one measures the phone side by side with baresip.
package peertest
