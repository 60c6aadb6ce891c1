package hss

import (
	"fmt"
	"net"

	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
)

// capabilities answers a CER (RFC 6733 §5.3). A peer that can't speak Cx is
// told so and let go.
func (s *Server) capabilities(p *peer, m diameter.Message) error {
	host := diameter.FindText(m.AVPs, diameter.OriginHost)
	if host == "" {
		return fmt.Errorf("a CER without Origin-Host")
	}
	result := diameter.Success
	if !speaksCx(m.AVPs) {
		result = diameter.NoCommonApplication
	}
	a := s.base(m, result)
	if tcp, ok := p.conn.LocalAddr().(*net.TCPAddr); ok {
		a.AVPs = append(a.AVPs, diameter.HostIPAddress.Address(tcp.AddrPort().Addr()))
	}
	a.AVPs = append(a.AVPs,
		diameter.VendorID.Uint32(diameter.TGPP),
		diameter.ProductName.Text("imslab HSS"),
		diameter.SupportedVendorID.Uint32(diameter.TGPP),
		cxApplication(),
	)
	if result == diameter.Success { // before the peer can know
		p.introduce(host, diameter.FindText(m.AVPs, diameter.OriginRealm))
	}
	if err := p.send(a); err != nil {
		return err
	}
	if result != diameter.Success {
		return fmt.Errorf("%s doesn't speak Cx: configure Auth-Application-Id %d of vendor %d", host, diameter.Cx, diameter.TGPP)
	}
	return nil
}

// speaksCx looks for Cx or the relay application among those of a CER, by
// itself or as a vendor's (RFC 6733 §6.11).
func speaksCx(avps []diameter.AVP) bool {
	for _, a := range avps {
		list := []diameter.AVP{a}
		if _, ok := diameter.Find(list, diameter.VendorSpecificApplicationID); ok {
			list = diameter.FindGroup(list, diameter.VendorSpecificApplicationID)
		}
		if id, ok := diameter.FindUint32(list, diameter.AuthApplicationID); ok && (id == diameter.Cx || id == diameter.Relay) {
			return true
		}
	}
	return false
}

func cxApplication() diameter.AVP {
	return diameter.VendorSpecificApplicationID.Group(
		diameter.VendorID.Uint32(diameter.TGPP), diameter.AuthApplicationID.Uint32(diameter.Cx))
}

// base answers a request of the base protocol.
func (s *Server) base(m diameter.Message, result uint32) diameter.Message {
	a := m.Answer()
	a.AVPs = append(a.AVPs, diameter.ResultCode.Uint32(result))
	a.AVPs = append(a.AVPs, s.origin()...)
	return a
}

// protocolError answers what can't be handled at all (RFC 6733 §7.1.3).
func (s *Server) protocolError(m diameter.Message, result uint32) diameter.Message {
	a := s.base(m, result)
	a.Flags |= diameter.Error
	return a
}

func (s *Server) origin() []diameter.AVP {
	return []diameter.AVP{diameter.OriginHost.Text(s.cfg.Host), diameter.OriginRealm.Text(s.cfg.Realm)}
}
