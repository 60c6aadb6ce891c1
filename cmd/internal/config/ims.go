package config

import (
	"slices"
	"strings"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// IMS is what an account of an IMS core has besides.
type IMS struct {
	// SIM is "soft", "pcsc", "pcsc:READER", "modem:DEVICE" or "none".
	SIM string `toml:"sim"`
	// SecretFile holds a soft SIM's keys.
	SecretFile string `toml:"secret_file"`
	// PIN is a card's.
	PIN string `toml:"pin"`
	// IMSI is what a soft SIM's identities are derived from; MNCDigits is the
	// length of its network code, 2 or 3, or 0 for what the country uses.
	IMSI      string `toml:"imsi"`
	MNCDigits int    `toml:"mnc_digits"`
	// IMPI and Domain override what the SIM says.
	IMPI   string `toml:"impi"`
	Domain string `toml:"domain"`
	// PCSCF are the P-CSCFs' addresses, the best first.
	PCSCF []string `toml:"pcscf"`
	// IPsec is "auto", "kernel", "userspace", "udp" or "off".
	IPsec string `toml:"ipsec"`
	// Algorithms are the pairs to offer, such as "hmac-sha-1-96/aes-cbc"; empty
	// offers all.
	Algorithms []string `toml:"algorithms"`
	// EncapsulationPort is the P-CSCF's port for ESP in UDP.
	EncapsulationPort uint16 `toml:"encapsulation_port"`
	// IMEI is the device's, 14 digits and what may follow them; it names the phone
	// to the registrar instead of a number that it makes up.
	IMEI string `toml:"imei"`
	// AccessNetwork is the value of P-Access-Network-Info.
	AccessNetwork string `toml:"access_network"`
}

// ipsecModes are the values of IMS.IPsec.
func ipsecModes() []string {
	return append([]string{"auto", "kernel", "userspace", "udp", "off"}, testModes...)
}

// completeIMS fills in the defaults of an account of an IMS core.
func (a *Account) completeIMS(p board.Profile) {
	m := a.IMS
	m.completeSIM(p)
	if m.IPsec == "" {
		m.IPsec = "auto"
	}
	if m.EncapsulationPort == 0 {
		m.EncapsulationPort = 4500
	}
	if a.Local == "" {
		// Some P-CSCFs answer a first REGISTER only at this port.
		a.Local = ":5060"
	}
	if a.Transport == "" {
		a.Transport = "udp"
	}
	if len(m.PCSCF) == 0 {
		m.PCSCF = nil // as where the key isn't written
	}
	for i, p := range m.PCSCF {
		m.PCSCF[i] = PCSCF(p, a.Transport)
	}
}

// PCSCF makes a URI of a P-CSCF's address, with the account's transport.
func PCSCF(p, proto string) string {
	if !strings.HasPrefix(p, "sip:") {
		p = "sip:" + p
	}
	u, err := sip.ParseURI(p)
	if err != nil {
		return p // check says so
	}
	if !u.Params.Has("transport") {
		u.Params = u.Params.With("transport", strings.ToLower(proto))
	}
	return u.String()
}

// Instance gives the URN of IMEI for +sip.instance (TS 23.003 §13.8, RFC 7254
// §3.2): TAC, SNR and the spare digit, which is 0 and no check digit. ok is false
// where there is no IMEI.
func (m *IMS) Instance() (urn string, ok bool) {
	digits := strings.ReplaceAll(m.IMEI, "-", "")
	if n := len(digits); n < 14 || n > 16 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return "urn:gsma:imei:" + digits[:8] + "-" + digits[8:14] + "-0", true
}

// Suites reads Algorithms.
func (m *IMS) Suites() []secagree.Suite {
	if len(m.Algorithms) == 0 {
		return secagree.DefaultSuites()
	}
	var list []secagree.Suite
	for _, name := range m.Algorithms {
		if s, ok := suiteOf(name); ok {
			list = append(list, s)
		}
	}
	return list
}

func suiteOf(name string) (secagree.Suite, bool) {
	for _, s := range secagree.Suites() {
		if strings.EqualFold(s.String(), name) {
			return s, true
		}
	}
	return secagree.Suite{}, false
}

func suiteNames() string {
	var names []string
	for _, s := range secagree.Suites() {
		names = append(names, s.String())
	}
	return strings.Join(names, ", ")
}

// imsTable counts the [account.ims] tables before that of the i-th account.
func (c *Config) imsTable(i int) int {
	n := 0
	for _, a := range c.Accounts[:i] {
		if a.IMS != nil {
			n++
		}
	}
	return n
}

// softSIM is a SIM in software.
const softSIM = "soft"

// kind is SIM without the device.
func (m *IMS) kind() string {
	kind, _, _ := strings.Cut(m.SIM, ":")
	return kind
}

func (m *IMS) check(fault func(key, format string, args ...any)) {
	switch m.kind() {
	case softSIM:
		m.checkSoft(fault)
	case "modem":
		if _, device, _ := strings.Cut(m.SIM, ":"); device == "" {
			fault("sim", "sim %q: name the modem's device, such as \"modem:/dev/ttyUSB2\"", m.SIM)
		}
	case "pcsc", "none":
	default:
		fault("sim", "sim %q: write soft, pcsc, pcsc:READER, modem:DEVICE or none", m.SIM)
	}
	if !slices.Contains(ipsecModes(), m.IPsec) {
		fault("ipsec", "ipsec %q: write %s", m.IPsec, strings.Join(ipsecModes(), ", "))
	}
	if m.MNCDigits != 0 && m.MNCDigits != 2 && m.MNCDigits != 3 {
		fault("mnc_digits", "mnc_digits %d: write 2 or 3, or leave it out", m.MNCDigits)
	}
	if _, ok := m.Instance(); m.IMEI != "" && !ok {
		fault("imei", "imei %q: write its 15 digits, or the 14 without the check digit", m.IMEI)
	}
	for _, name := range m.Algorithms {
		if _, ok := suiteOf(name); !ok {
			fault("algorithms", "algorithms %q: use %s", name, suiteNames())
		}
	}
	for _, p := range m.PCSCF {
		if u, err := sip.ParseURI(p); err != nil || u.Host == "" {
			fault("pcscf", "pcscf %q: write an address such as \"192.0.2.1:5060\" or \"pcscf.example.org\"", p)
		}
	}
}

func (m *IMS) checkSoft(fault func(key, format string, args ...any)) {
	if m.SecretFile == "" {
		fault("secret_file", "a soft SIM needs its keys: set secret_file to a file with lines \"k = …\" and \"opc = …\", or sim to pcsc or modem:DEVICE")
	}
	if m.IMSI == "" && (m.IMPI == "" || m.Domain == "") {
		fault("imsi", "a soft SIM needs imsi, or impi and domain and the account's user")
	}
}
