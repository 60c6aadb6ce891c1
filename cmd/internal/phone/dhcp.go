package phone

import (
	"net"
	"net/netip"
	"os"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/link"
	"github.com/imsphone/imsphone/protocol/sip"
)

// dhcpServers are the SIP servers that this machine's DHCP clients know of.
func dhcpServers() []string {
	var held []netip.Addr
	list, _ := net.InterfaceAddrs() // without addresses no lease is in use
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			held = append(held, p.Addr())
		}
	}
	return link.SIPServers(os.DirFS("/"), held)
}

// useDHCP gives an account the P-CSCFs that DHCP names (TS 24.229 §9.2.1), where
// neither the configuration nor the SIM names one; what remains is the DNS of the
// home domain. It tells whether the account has got any.
func useDHCP(account *actors.AccountConfig, a config.Account, servers func() []string) bool {
	if len(account.IMS.PCSCF) > 0 || ownProxy(a) {
		return false
	}
	for _, s := range servers() {
		account.IMS.PCSCF = append(account.IMS.PCSCF, config.PCSCF(s, a.Transport))
	}
	if len(account.IMS.PCSCF) == 0 {
		return false
	}
	account.Proxy = account.IMS.PCSCF[0]
	return true
}

// ownProxy tells whether the configuration names a proxy. One that is the
// registrar itself was filled in, to say by which transport.
func ownProxy(a config.Account) bool {
	proxy, err := sip.ParseURI(a.Proxy)
	if err != nil {
		return a.Proxy != ""
	}
	registrar, err := sip.ParseURI(a.Registrar)
	return err != nil || proxy.Host != registrar.Host || proxy.Port != registrar.Port
}
