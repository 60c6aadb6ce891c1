// Package secagree is the security mechanism agreement of RFC 3329 with the
// mechanism ipsec-3gpp of TS 33.203: what is offered, chosen and verified, and
// the SAs that follow from it.
package secagree
