package sim

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// decodeIMSI reads EF_IMSI (TS 31.102 §4.2.2): a length, then digits in halves
// of bytes, the lower half first; the first half tells the parity.
func decodeIMSI(content []byte) (string, error) {
	if len(content) < 2 || content[0] == 0 || int(content[0]) > len(content)-1 {
		return "", fmt.Errorf("%w: EF_IMSI is empty or has a wrong length", ErrAnswer)
	}
	var digits strings.Builder
	for i, b := range content[1 : 1+content[0]] {
		for half, d := range [2]byte{b & 0x0f, b >> 4} {
			switch {
			case i == 0 && half == 0: // parity
			case d == 0x0f: // filler behind an even number of digits
			case d > 9:
				return "", fmt.Errorf("%w: EF_IMSI holds something other than digits", ErrAnswer)
			default:
				digits.WriteByte('0' + d)
			}
		}
	}
	return digits.String(), nil
}

// decodeMNCDigits reads the length of the MNC from EF_AD (TS 31.102 §4.2.18);
// 0 is that an old card doesn't tell.
func decodeMNCDigits(content []byte) int {
	if len(content) < 4 {
		return 0
	}
	if n := int(content[3] & 0x0f); n == 2 || n == 3 {
		return n
	}
	return 0
}

// tagText is the tag of the one object in EF_IMPI, EF_DOMAIN, the records of
// EF_IMPU and of EF_PCSCF (TS 31.103 §4.2.2 to §4.2.4, §4.2.8).
const tagText = 0x80

// decodeText reads the text of EF_IMPI, EF_DOMAIN or a record of EF_IMPU. An
// unused one gives "".
func decodeText(f file, content []byte) (string, error) {
	list, err := apdu.ParseObjects(content)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %v", ErrAnswer, f.name, err)
	}
	value, _ := apdu.Find(list, tagText)
	text := string(trimFilling(value))
	if !utf8.ValidString(text) || strings.ContainsFunc(text, notInURI) {
		return "", fmt.Errorf("%w: %s holds something that is no identity", ErrAnswer, f.name)
	}
	return text, nil
}

// trimFilling takes the FF or 00 off that fill a file up.
func trimFilling(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == 0xff || b[len(b)-1] == 0) {
		b = b[:len(b)-1]
	}
	return b
}

// decodeIMPU reads a record of EF_IMPU.
func decodeIMPU(record []byte) (string, error) { return decodeText(fileIMPU, record) }

// notInURI tells what would break out of a header field.
func notInURI(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("<>\"", r) }

// decodePCSCF reads a record of EF_PCSCF (TS 31.103 §4.2.8): a name or an
// address. An unused one, or one that can't be read, gives "": there are other
// ways to find a P-CSCF.
func decodePCSCF(content []byte) (string, error) {
	const name, ipv4, ipv6 = 0, 1, 2
	list, _ := apdu.ParseObjects(content) // what came before a fault counts
	value, _ := apdu.Find(list, tagText)
	if len(value) < 2 {
		return "", nil
	}
	kind, address := value[0], value[1:]
	switch {
	case kind == name:
		text, err := decodeText(filePCSCF, apdu.AppendObject(nil, tagText, address))
		if err != nil {
			return "", nil
		}
		return text, nil
	case kind == ipv4 && len(address) >= 4:
		return netip.AddrFrom4([4]byte(address)).String(), nil
	case kind == ipv6 && len(address) >= 16:
		return netip.AddrFrom16([16]byte(address)).String(), nil
	}
	return "", nil
}
