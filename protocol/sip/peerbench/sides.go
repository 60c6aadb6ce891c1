package main

import (
	peer "github.com/emiago/sipgo/sip"

	"github.com/imsphone/imsphone/protocol/sip"
)

// parse is what the receive path does with every datagram.
func parse(raw []byte) *sip.Message {
	m, err := sip.Parse(raw)
	if err != nil {
		panic(err)
	}
	return m
}

// parseAndRead also looks at everything that the peer has taken apart when its
// parser returns.
func parseAndRead(raw []byte) int {
	m := parse(raw)
	n := 0
	count := func(err error) {
		if err != nil {
			panic(err)
		}
		n++
	}
	if m.IsRequest() {
		_, err := m.URI()
		count(err)
	}
	for _, err := range m.Vias() {
		count(err)
	}
	_, err := m.From()
	count(err)
	_, err = m.To()
	count(err)
	_, err = m.CSeq()
	count(err)
	for _, err := range m.Contacts() {
		count(err)
	}
	for _, err := range m.Addresses(sip.HRoute) {
		count(err)
	}
	for _, err := range m.Addresses(sip.HRecordRoute) {
		count(err)
	}
	forwards, _ := m.Number(sip.HMaxForwards)
	expires, _ := m.Number(sip.HExpires)
	return n + len(m.CallID()) + len(m.ContentType()) + int(forwards) + int(expires) + len(m.Body())
}

func peerParse(parser *peer.Parser, raw []byte) peer.Message {
	m, err := parser.ParseSIP(raw)
	if err != nil {
		panic(err)
	}
	return m
}
