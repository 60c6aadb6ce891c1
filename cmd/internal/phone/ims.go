package phone

import (
	"fmt"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/store"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// completeIMS fills in what the SIMs of the accounts of IMS cores know.
func completeIMS(cfg *actors.Config, c *config.Config, state *store.Store, log zerolog.Logger) (sims, error) {
	cards := sims{}
	for i, a := range c.Accounts {
		if a.IMS == nil {
			continue
		}
		s, err := openSIM(a, state, log)
		if err != nil {
			return cards, fmt.Errorf("account %s: %w", a.Name, err)
		}
		who := sim.Identity{Private: a.IMS.IMPI, Domain: a.IMS.Domain, Public: []string{a.User}}
		if s != nil {
			cards[a.Name] = s
			if who, err = s.identity(); err != nil {
				return cards, fmt.Errorf("account %s: the SIM can't be read: %w", a.Name, err)
			}
		}
		if err := subscribe(&cfg.Accounts[i], a, who, s != nil); err != nil {
			return cards, fmt.Errorf("account %s: %w", a.Name, err)
		}
		if !cfg.Accounts[i].IMS.IPsec {
			log.Warn().Str("account", a.Name).Msg("ipsec = off: all signalling goes in the clear, and anybody on its way can read and forge it")
		}
		if useDHCP(&cfg.Accounts[i], a, dhcpServers) {
			log.Info().Str("account", a.Name).Strs("pcscf", cfg.Accounts[i].IMS.PCSCF).Msg("the P-CSCF is the SIP server that DHCP names; set pcscf for another one")
		}
	}
	return cards, nil
}

// subscribe makes an account that of a subscriber. What the configuration says
// goes before what the SIM does.
func subscribe(account *actors.AccountConfig, a config.Account, who sim.Identity, hasSIM bool) error {
	if a.IMS.IMPI != "" {
		who.Private = a.IMS.IMPI
	}
	if a.IMS.Domain != "" {
		who.Domain = a.IMS.Domain
	}
	if a.User != "" {
		who.Public = []string{a.User}
	}
	if len(who.Public) == 0 || who.Public[0] == "" {
		return fmt.Errorf("nobody tells its public identity: set user")
	}
	if u, err := sip.ParseURI(who.Public[0]); err == nil && who.Domain == "" {
		who.Domain = u.Host
	}
	if who.Private == "" {
		who.Private = userAtHost(who.Public[0])
	}
	account.AOR, account.Registrar, account.AuthUser = who.Public[0], "sip:"+who.Domain, who.Private
	ims := &actors.IMSConfig{
		PrivateID: who.Private, Realm: who.Domain, PCSCF: a.IMS.PCSCF, IPsec: a.IMS.IPsec != "off", Backend: a.IMS.IPsec,
		Encapsulation: a.IMS.EncapsulationPort, Suites: a.IMS.Suites(), AccessNetwork: a.IMS.AccessNetwork,
	}
	if hasSIM {
		ims.SIM = a.Name
	}
	for _, p := range who.PCSCF {
		if len(a.IMS.PCSCF) == 0 {
			ims.PCSCF = append(ims.PCSCF, config.PCSCF(p, a.Transport))
		}
	}
	ims.Modes = []secagree.Mode{secagree.Transport}
	if a.IMS.IPsec == "udp" {
		ims.Modes = []secagree.Mode{secagree.UDPTunnel}
	}
	account.IMS = ims
	if urn, ok := a.IMS.Instance(); ok {
		account.InstanceID = urn
	}
	if len(ims.PCSCF) > 0 {
		account.Proxy = ims.PCSCF[0]
	}
	return nil
}

// userAtHost is the private identity of a subscriber who has none of his own
// (RFC 3261 §22.4).
func userAtHost(uri string) string {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return uri
	}
	return u.User + "@" + u.Host
}
