//go:build peers

package peertest

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/imsphone/imsphone/protocol/aka"
)

// protect installs a set's four security associations in the kernel of the
// phone's host by ip(8), where the P-CSCF does so on its side.
func (p *ue) protect(set ueSet, keys aka.Keys) {
	p.e.t.Helper()
	if !p.core.Options.RealESP {
		return
	}
	ours := func(name string) uint16 { return uint16(parameter(p.e.t, set.offer, name)) }
	spi := func(header, name string) int { return parameter(p.e.t, header, name) }
	client, server := p.h.Addr(ours("port-c")), p.h.Addr(ours("port-s"))
	var lines []string
	for _, sa := range []struct {
		dir      string
		from, to netip.AddrPort
		spi      int
	}{
		{"out", client, set.remoteServer, spi(set.answer, "spi-s")},
		{"in", set.remoteClient, server, spi(set.offer, "spi-s")},
		{"in", set.remoteServer, client, spi(set.offer, "spi-c")},
		{"out", server, set.remoteClient, spi(set.answer, "spi-c")},
	} {
		ends := fmt.Sprintf("src %s dst %s", sa.from.Addr(), sa.to.Addr())
		lines = append(lines,
			fmt.Sprintf("xfrm state add %s proto esp spi %d reqid %d mode transport replay-window 32 %s",
				ends, sa.spi, sa.spi, algorithms(set.answer, keys)),
			fmt.Sprintf("xfrm policy add %s sport %d dport %d dir %s tmpl %s proto esp reqid %d mode transport level required",
				ends, sa.from.Port(), sa.to.Port(), sa.dir, ends, sa.spi))
	}
	check(p.e.t, ip(p.h.ns, lines...))
}

// forget removes all security associations of the phone's host.
func (p *ue) forget() {
	p.e.t.Helper()
	if p.core.Options.RealESP {
		check(p.e.t, ip(p.h.ns, "xfrm state flush", "xfrm policy flush"))
	}
}

// algorithms are those that the P-CSCF has chosen, with their keys, as ip(8)
// takes them (TS 33.203 Annex I).
func algorithms(answer string, keys aka.Keys) string {
	ck, ik := keys.CK().Expose(), keys.IK().Expose()
	authentication := fmt.Sprintf("auth-trunc hmac(sha1) 0x%x00000000 96", ik)
	if strings.Contains(answer, ";alg=hmac-md5-96") {
		authentication = fmt.Sprintf("auth-trunc hmac(md5) 0x%x 96", ik)
	}
	if strings.Contains(answer, ";ealg=aes-cbc") {
		return authentication + fmt.Sprintf(" enc cbc(aes) 0x%x", ck)
	}
	return authentication + ` enc ecb(cipher_null) ""`
}
