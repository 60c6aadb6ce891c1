package sdp

import (
	"strings"
)

// What a description may have at most. A phone needs a fraction of it; beyond
// it a description is refused, so that reading one costs a bounded amount of
// memory whatever it holds.
const (
	// MaxBody is in bytes.
	MaxBody = 64 << 10
	// MaxLines counts the lines that are not empty.
	MaxLines = 1000
	// MaxMedia counts the m= lines.
	MaxMedia = 32

	maxFormats = 128
	maxFmtp    = 4096
	maxJoined  = 16
	maxToken   = 64
)

// line is one line of the body, without the blanks around "=" and at the end.
type line struct {
	number int
	kind   byte
	value  string
}

// splitLines reads "x=value" lines that end in CRLF, LF or CR; the last one may
// end in nothing.
func splitLines(body string) ([]line, error) {
	if len(body) > MaxBody {
		return nil, refuse(0, "the description has %d bytes; at most %d are read", len(body), MaxBody)
	}
	lines := make([]line, 0, min(MaxLines, 8+len(body)/24))
	for number := 1; body != ""; number++ {
		var text string
		text, body = cutLine(body)
		text = trim(text)
		if text == "" {
			continue
		}
		if len(lines) == MaxLines {
			return nil, refuse(number, "more than %d lines", MaxLines)
		}
		l, err := readLine(text, number)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func cutLine(s string) (text, rest string) {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 {
		return s, ""
	}
	if strings.HasPrefix(s[i:], "\r\n") {
		return s[:i], s[i+2:]
	}
	return s[:i], s[i+1:]
}

func readLine(text string, number int) (line, error) {
	for i := 0; i < len(text); i++ {
		if text[i] < ' ' && text[i] != '\t' || text[i] == 0x7f {
			return line{}, refuse(number, "control character 0x%02x", text[i])
		}
	}
	value := strings.TrimLeft(text[1:], " \t")
	if value == "" || value[0] != '=' || !isAlnum(text[0]) {
		return line{}, refuse(number, "%s is not of the form x=value", short(text))
	}
	return line{number: number, kind: text[0], value: trim(value[1:])}, nil
}
