package simtest

import (
	"net/netip"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/protocol/aka"
)

// The full AIDs of the applications: 3GPP's RID, the application's code, and
// the country and issuer that an operator adds.
var (
	aidUSIM = []byte{0xa0, 0, 0, 0, 0x87, 0x10, 0x02, 0xff, 0x49, 0xff, 0x05, 0x89}
	aidISIM = []byte{0xa0, 0, 0, 0, 0x87, 0x10, 0x04, 0xff, 0x49, 0xff, 0x05, 0x89}
)

// Profile is what a card holds.
type Profile struct {
	// IMSI and MNCDigits fill the USIM; without IMSI there is none.
	IMSI      string
	MNCDigits byte
	// ISIM fills the ISIM; nil is a card without.
	ISIM *ISIM
	// Functions and Limits are the subscriber's authentication, State its
	// sequence numbers so far.
	Functions aka.Functions
	Limits    aka.Limits
	State     aka.State
	// PIN guards all but EF_DIR; "" is a card whose PIN is switched off.
	PIN string
	// Tries is how many tries the PIN has left at first; 0 means 3.
	Tries int
	// Verified tells that somebody has entered the PIN, until the card is reset.
	Verified bool
	// Blocked tells that the PIN has none left.
	Blocked bool
	// T0 makes the card speak as protocol T=0 has it: 61xx, 6Cxx, and no Le
	// behind data.
	T0 bool
	// NoDirectory makes the card refuse EF_DIR.
	NoDirectory bool
	// NoFCP makes the card tell nothing about the files that are selected.
	NoFCP bool
}

// ISIM is the content of an ISIM. An entry "" is an unused record.
type ISIM struct {
	Private, Domain string
	Public          []string
	PCSCF           []string // names, IPv4 and IPv6 addresses
}

// elementary is an elementary file: transparent, or of records of one size.
type elementary struct {
	content []byte
	records [][]byte
	open    bool // readable without PIN
}

// directory is a DF or ADF.
type directory map[uint16]elementary

// master makes the MF.
func (p Profile) master() directory {
	if p.NoDirectory {
		return directory{}
	}
	var aids [][]byte
	if p.IMSI != "" {
		aids = append(aids, aidUSIM)
	}
	if p.ISIM != nil {
		aids = append(aids, aidISIM)
	}
	var records [][]byte
	for _, aid := range aids {
		label := apdu.AppendObject(apdu.AppendObject(nil, 0x4f, aid), 0x50, []byte("test"))
		records = append(records, apdu.AppendObject(nil, 0x61, label))
	}
	return directory{0x2f00: {records: pad(append(records, nil), 0xff), open: true}}
}

// usim makes the ADF of the USIM.
func (p Profile) usim() directory {
	return directory{
		0x6f07: {content: encodeIMSI(p.IMSI)},
		0x6fad: {content: []byte{0, 0, 0, p.MNCDigits}},
	}
}

// isim makes the ADF of the ISIM.
func (p Profile) isim() directory {
	d := directory{
		0x6f02: {content: encodeText(p.ISIM.Private)},
		0x6f03: {content: encodeText(p.ISIM.Domain)},
		0x6fad: {content: []byte{0, 0, 0}},
	}
	var public, pcscf [][]byte
	for _, text := range p.ISIM.Public {
		public = append(public, encodeText(text))
	}
	for _, text := range p.ISIM.PCSCF {
		pcscf = append(pcscf, encodePCSCF(text))
	}
	d[0x6f04] = elementary{records: pad(append(public, nil), 0xff)}
	if pcscf != nil {
		d[0x6f09] = elementary{records: pad(pcscf, 0xff)}
	}
	return d
}

// pad fills records up to the size of the longest.
func pad(records [][]byte, filling byte) [][]byte {
	size := 1
	for _, r := range records {
		size = max(size, len(r))
	}
	for i := range records {
		for len(records[i]) < size {
			records[i] = append(records[i], filling)
		}
	}
	return records
}

// encodeIMSI is TS 31.102 §4.2.2: nibbles in pairs the wrong way round, behind
// one that tells the parity.
func encodeIMSI(imsi string) []byte {
	nibbles := []byte{1 | byte(len(imsi)%2)<<3}
	for _, digit := range imsi {
		nibbles = append(nibbles, byte(digit-'0'))
	}
	if len(nibbles)%2 != 0 {
		nibbles = append(nibbles, 0xf)
	}
	b := []byte{byte(len(nibbles) / 2)}
	for i := 0; i < len(nibbles); i += 2 {
		b = append(b, nibbles[i+1]<<4|nibbles[i])
	}
	return pad([][]byte{b, make([]byte, 9)}, 0xff)[0]
}

func encodeText(text string) []byte { return apdu.AppendObject(nil, 0x80, []byte(text)) }

// encodePCSCF is TS 31.103 §4.2.8: a kind, then a name or an address.
func encodePCSCF(text string) []byte {
	address, err := netip.ParseAddr(text)
	kind, value := byte(0), []byte(text)
	if err == nil && address.Is4() {
		kind, value = 1, address.AsSlice()
	} else if err == nil {
		kind, value = 2, address.AsSlice()
	}
	return apdu.AppendObject(nil, 0x80, append([]byte{kind}, value...))
}
