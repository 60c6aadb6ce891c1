// Package link watches the machine's network: it tells when usable addresses or
// default routes have changed, when a link that carries such addresses came up
// or went down, and when the machine has slept. It also reads which SIP servers
// the network's DHCP server named ([SIPServers]).
//
//	netlink notices ──┐                  300 ms quiet
//	                  ├─ Watcher.run ── or 2 s in all ── look, compare ── changed(Change)
//	clock was set ────┘
//
// Notices only say that it is worth looking: what matters is compared with what
// was there at the last look. So a renewed lease, a neighbour or a container
// that comes and goes tell nobody. Nothing here needs a privilege, and nothing
// wakes up while the network is quiet.
package link
