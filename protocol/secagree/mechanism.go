package secagree

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/protocol/sip"
)

// Name is the mechanism of TS 33.203 Annex H, the only one of this package.
const Name = "ipsec-3gpp"

// Mechanism is one element of Security-Client, Security-Server or
// Security-Verify (RFC 3329 §2.2) that names ipsec-3gpp.
type Mechanism struct {
	Suite Suite
	Mode  Mode
	// End holds the sender's SPIs and ports; its address isn't in the header.
	End End
	// Preference is the q parameter in thousandths, 0 to 1000, or -1 where the
	// element has none.
	Preference int
}

// The faults of an element. All but ErrMalformed are those of a well-formed
// element that we have no use for.
var (
	ErrMechanism = errors.New("it is another mechanism than " + Name)
	ErrSuite     = errors.New("its algorithms are not ours")
	ErrMode      = errors.New("its mode is not ours")
	ErrProtocol  = errors.New("its protocol is not esp")
	ErrMalformed = errors.New("it is malformed")
)

// ParseMechanism reads one element. Names are compared without case, parameters
// may stand in any order, and unknown ones are passed over; a known one that
// stands twice, an SPI that is reserved (RFC 4303 §2.1) or a port of 0 make the
// element malformed.
func ParseMechanism(s string) (Mechanism, error) {
	name, rest, _ := strings.Cut(s, ";")
	if !sip.EqualFold(strings.TrimSpace(name), Name) {
		return Mechanism{}, ErrMechanism
	}
	f, err := readFields(sip.Params(";" + rest))
	if err != nil {
		return Mechanism{}, err
	}
	return f.mechanism()
}

// fields are the parameters of an element as they stand there.
type fields map[string]string

var known = []string{"alg", "ealg", "prot", "mod", "spi-c", "spi-s", "port-c", "port-s", "q"}

func readFields(params sip.Params) (fields, error) {
	f := fields{}
	for name, value := range params.All() {
		name = strings.ToLower(name)
		if !slices.Contains(known, name) {
			continue
		}
		if _, twice := f[name]; twice {
			return nil, fmt.Errorf("%w: %s stands twice", ErrMalformed, name)
		}
		f[name] = value
	}
	return f, nil
}

func (f fields) mechanism() (Mechanism, error) {
	m := Mechanism{Preference: -1}
	var err error
	if m.End, err = f.end(); err != nil {
		return m, err
	}
	if q, ok := f["q"]; ok {
		if m.Preference, ok = parseQ(q); !ok {
			return m, fmt.Errorf("%w: q=%s", ErrMalformed, q)
		}
	}
	if prot, ok := f["prot"]; ok && !sip.EqualFold(prot, "esp") {
		return m, fmt.Errorf("%w: prot=%s", ErrProtocol, prot)
	}
	if m.Suite, err = f.suite(); err != nil {
		return m, err
	}
	m.Mode, err = f.mode()
	return m, err
}

func (f fields) suite() (Suite, error) {
	alg, ealg := f["alg"], f["ealg"]
	if alg == "" {
		return Suite{}, fmt.Errorf("%w: it names no alg", ErrMalformed)
	}
	if ealg == "" {
		ealg = NoEncryption.String()
	}
	for _, s := range suites {
		if sip.EqualFold(alg, s.Integrity.String()) && sip.EqualFold(ealg, s.Encryption.String()) {
			return s, nil
		}
	}
	return Suite{}, fmt.Errorf("%w: alg=%s, ealg=%s", ErrSuite, alg, ealg)
}

func (f fields) mode() (Mode, error) {
	mod, ok := f["mod"]
	switch {
	case !ok || sip.EqualFold(mod, Transport.String()):
		return Transport, nil
	case sip.EqualFold(mod, UDPTunnel.String()):
		return UDPTunnel, nil
	}
	return 0, fmt.Errorf("%w: mod=%s", ErrMode, mod)
}

func (f fields) end() (End, error) {
	var e End
	var err error
	number := func(name string, bits int) uint64 {
		n, perr := strconv.ParseUint(f[name], 10, bits)
		if perr != nil && err == nil {
			err = fmt.Errorf("%w: %s=%q is no number of %d bits", ErrMalformed, name, f[name], bits)
		}
		return n
	}
	e.ClientSPI, e.ServerSPI = uint32(number("spi-c", 32)), uint32(number("spi-s", 32))
	e.ClientPort, e.ServerPort = uint16(number("port-c", 16)), uint16(number("port-s", 16))
	if err != nil {
		return e, err
	}
	return e, e.check()
}

// minSPI is the first SPI that isn't reserved (RFC 4303 §2.1).
const minSPI = 256

// check tells whether SPIs and ports can be those of SAs.
func (e End) check() error {
	switch {
	case e.ClientSPI < minSPI || e.ServerSPI < minSPI:
		return fmt.Errorf("%w: SPIs below %d are reserved (spi-c=%d, spi-s=%d)", ErrMalformed, minSPI, e.ClientSPI, e.ServerSPI)
	case e.ClientSPI == e.ServerSPI:
		return fmt.Errorf("%w: spi-c and spi-s are both %d", ErrMalformed, e.ClientSPI)
	case e.ClientPort == 0 || e.ServerPort == 0:
		return fmt.Errorf("%w: a port is 0 (port-c=%d, port-s=%d)", ErrMalformed, e.ClientPort, e.ServerPort)
	case e.ClientPort == e.ServerPort:
		return fmt.Errorf("%w: port-c and port-s are both %d", ErrMalformed, e.ClientPort)
	}
	return nil
}

// shares tells whether two ends have an SPI in common.
func (e End) shares(other End) bool {
	for _, spi := range [2]uint32{e.ClientSPI, e.ServerSPI} {
		if spi == other.ClientSPI || spi == other.ServerSPI {
			return true
		}
	}
	return false
}

// parseQ reads a q-value: 0 to 1 with up to three digits (RFC 3261 §25.1).
func parseQ(s string) (thousandths int, ok bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if (whole != "0" && whole != "1") || len(fraction) > 3 {
		return 0, false
	}
	n, err := strconv.ParseUint((fraction + "000")[:3], 10, 16)
	if err != nil {
		return 0, false
	}
	q := int(whole[0]-'0')*1000 + int(n)
	return q, q <= 1000
}

// String writes the element, with every parameter: some P-CSCFs miss those
// that could be left out.
func (m Mechanism) String() string {
	b := make([]byte, 0, 160)
	b = append(b, Name...)
	if m.Preference >= 0 {
		b = fmt.Appendf(b, ";q=%d.%03d", m.Preference/1000, m.Preference%1000)
	}
	return string(fmt.Appendf(b, ";alg=%s;ealg=%s;prot=esp;mod=%s;spi-c=%d;spi-s=%d;port-c=%d;port-s=%d",
		m.Suite.Integrity, m.Suite.Encryption, m.Mode, m.End.ClientSPI, m.End.ServerSPI, m.End.ClientPort, m.End.ServerPort))
}
