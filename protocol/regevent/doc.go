// Package regevent reads and writes registration information
// (application/reginfo+xml, RFC 3680): how a network tells a phone what became
// of its registration, and that it has ended it (TS 24.229 §5.1.1.7).
package regevent
