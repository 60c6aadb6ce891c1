package sdp

import (
	"net/netip"
	"strconv"
	"time"
)

func appendConnection(dst []byte, addr netip.Addr, name string) []byte {
	dst = append(dst, "c="...)
	dst = appendAddress(dst, addr, name)
	return append(dst, "\r\n"...)
}

func appendAddress(dst []byte, addr netip.Addr, name string) []byte {
	switch {
	case !addr.IsValid() && name != "":
		dst = append(dst, "IN IP4 "...)
		return appendWord(dst, name)
	case !addr.IsValid():
		return append(dst, "IN IP4 0.0.0.0"...)
	case addr.Unmap().Is4():
		dst = append(dst, "IN IP4 "...)
	default:
		dst = append(dst, "IN IP6 "...)
	}
	return addr.Unmap().WithZone("").AppendTo(dst)
}

func appendBandwidth(dst []byte, list []Bandwidth) []byte {
	for _, b := range list {
		dst = append(dst, "b="...)
		dst = appendWord(dst, b.Type)
		dst = append(dst, ':')
		dst = strconv.AppendUint(dst, b.Value, 10)
		dst = append(dst, "\r\n"...)
	}
	return dst
}

func appendPtime(dst []byte, name string, d time.Duration) []byte {
	if d < time.Millisecond {
		return dst
	}
	dst = append(dst, name...)
	dst = strconv.AppendInt(dst, d.Milliseconds(), 10)
	return append(dst, "\r\n"...)
}

func appendAttributes(dst []byte, list []Attribute) []byte {
	for _, a := range list {
		dst = append(dst, "a="...)
		dst = appendText(dst, a.Name)
		if a.Value != "" {
			dst = append(dst, ':')
			dst = appendText(dst, a.Value)
		}
		dst = append(dst, "\r\n"...)
	}
	return dst
}

func appendLine(dst []byte, start, value string) []byte {
	dst = append(dst, start...)
	dst = appendText(dst, value)
	return append(dst, "\r\n"...)
}

// appendText leaves control characters out, so that no value can start a line
// of its own.
func appendText(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] >= ' ' && s[i] != 0x7f || s[i] == '\t' {
			dst = append(dst, s[i])
		}
	}
	return dst
}

// appendWord also replaces blanks.
func appendWord(dst []byte, s string) []byte {
	start := len(dst)
	dst = appendText(dst, s)
	for i := start; i < len(dst); i++ {
		if dst[i] == ' ' || dst[i] == '\t' {
			dst[i] = '_'
		}
	}
	return dst
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
