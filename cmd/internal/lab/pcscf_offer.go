package lab

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// offer is what a phone and the P-CSCF have in common: at least one suite, the
// one that the P-CSCF likes best first.
type offer struct {
	suites []secagree.Suite
	mode   secagree.Mode
	end    secagree.End // the phone's, without its address
}

var (
	errNoOffer  = errors.New("there is no Security-Client: this network is entered with sec-agree and IPsec only")
	errNoCommon = errors.New("none of the mechanisms in Security-Client is taken here")
)

// offered reads Security-Client (RFC 3329 §2.2).
func (p *PCSCF) offered(req *sip.Message) (offer, error) {
	var list []secagree.Mechanism
	var reasons []string
	for element := range req.Values(sip.HSecurityClient) {
		m, err := secagree.ParseMechanism(element)
		switch {
		case err != nil:
			reasons = append(reasons, err.Error())
		case !slices.Contains(p.modes, m.Mode):
			reasons = append(reasons, fmt.Sprintf("mod=%s is not for here", m.Mode))
		default:
			list = append(list, m)
		}
	}
	if len(list) == 0 && len(reasons) == 0 {
		return offer{}, errNoOffer
	}
	var o offer
	for _, suite := range p.suites {
		for _, m := range list {
			if m.Suite == suite && (len(o.suites) == 0 || m.Mode == o.mode && m.End == o.end) {
				o.suites, o.mode, o.end = append(o.suites, suite), m.Mode, m.End
				break
			}
		}
	}
	if len(o.suites) == 0 {
		return offer{}, fmt.Errorf("%w: %s", errNoCommon, strings.Join(reasons, "; "))
	}
	return o, nil
}

// refuseOffer answers a REGISTER that no SAs can come of: 421 asks for sec-agree,
// 494 for other mechanisms (RFC 3329 §2.3.1).
func (p *PCSCF) refuseOffer(req *sip.Message, err error) *sip.Draft {
	status := 494
	if errors.Is(err, errNoOffer) {
		status = 421
	}
	d := sip.NewResponse(req, status, "")
	d.Add(sip.HRequire, "sec-agree")
	warn(d, err.Error())
	return d
}

// server gives the elements of Security-Server: the suites in the order of the
// P-CSCF's liking, the first of which the SAs have.
func (o offer) server(end secagree.End) []string {
	var list []string
	for i, suite := range o.suites {
		list = append(list, secagree.Mechanism{Suite: suite, Mode: o.mode, End: end, Preference: 1000 - 100*i}.String())
	}
	return list
}

// tamper gives what arrives of a Security-Server.
func (m Misbehaviour) tamper(o offer, end secagree.End, server []string) []string {
	switch m {
	case WeakOffer:
		weak := secagree.Mechanism{Suite: secagree.Suite{Integrity: secagree.HMACMD5}, Mode: o.mode, End: end, Preference: -1}
		return []string{strings.Replace(weak.String(), "ealg=null", "ealg=des-ede3-cbc", 1)}
	case StrippedServer:
		return nil
	case ReorderedServer:
		server = slices.Clone(server)
		slices.Reverse(server)
		return server
	case TamperedServer:
		last := len(server) - 1
		return []string{strings.Replace(server[last], fmt.Sprintf("q=0.%d", 1000-100*last), "q=1.000", 1)}
	case ZeroSPI:
		return o.server(secagree.End{ClientPort: end.ClientPort, ServerPort: end.ServerPort})
	case ZeroPort:
		return o.server(secagree.End{ClientSPI: end.ClientSPI, ServerSPI: end.ServerSPI})
	}
	return server
}
