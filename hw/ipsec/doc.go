// Package ipsec protects IMS signalling by ESP: it installs the four SAs of a
// [secagree.Set] (TS 33.203 §7.1) and removes them. [Kernel] has the kernel do
// it, through XFRM; the package userspace below does it without the kernel's
// help.
//
// Of each set the kernel gets four states and four policies. A state takes
// packets of its own two addresses and ports only, whatever the transport
// protocol. Its policy says that these packets go through that SA or not at all:
// what comes in the clear is dropped, and nothing leaves in the clear, also once
// the SA has expired. Policies are there before the first SA of a set, and until
// after the last one.
//
//	uc → ps  SA 0  the UE's requests           us → pc  SA 3  the UE's responses over TCP
//	ps → uc  SA 1  their responses over TCP    pc → us  SA 2  the P-CSCF's requests
package ipsec
