package sdp

import "strings"

// section is the lines of the session level, or of one m= line.
type section struct {
	lines []line
	// kind, proto and number are of the m= line.
	kind, proto string
	number      int
}

// first gives the first line of that kind; a second one that says something
// else is refused.
func (s *section) first(kind byte) (line, bool, error) {
	var found line
	for _, l := range s.lines {
		switch {
		case l.kind != kind:
		case found.number == 0:
			found = l
		case found.value != l.value:
			return found, true, refuse(l.number, "this %c= line contradicts line %d", kind, found.number)
		}
	}
	return found, found.number != 0, nil
}

// split cuts the lines into the session level and the media.
func split(lines []line) ([]section, error) {
	if len(lines) == 0 || lines[0].kind != 'v' {
		return nil, refuse(1, "a description starts with v=0")
	}
	sections := make([]section, 1, 4)
	start := 0
	for i, l := range lines {
		switch {
		case l.kind == 'm':
			sections[len(sections)-1].lines = lines[start:i]
			if len(sections) > MaxMedia {
				return nil, refuse(l.number, "more than %d m= lines", MaxMedia)
			}
			sections = append(sections, section{number: l.number})
			start = i
		case (l.kind == 'v' || l.kind == 'o') && len(sections) > 1:
			return nil, refuse(l.number, "a second description starts here")
		}
	}
	sections[len(sections)-1].lines = lines[start:]
	return sections, nil
}

// canonical writes what pion/sdp reads: the lines that this package has a use
// for, in the order of the grammar, repaired where the meaning is clear.
func canonical(sections []section) (string, error) {
	var b strings.Builder
	b.Grow(canonicalSize(sections))
	if err := canonicalSession(&b, &sections[0]); err != nil {
		return "", err
	}
	for i := range sections[1:] {
		s := &sections[1+i]
		if err := canonicalMediaName(&b, s); err != nil {
			return "", err
		}
		if err := canonicalConnection(&b, s); err != nil {
			return "", err
		}
		canonicalBandwidth(&b, s)
		canonicalAttributes(&b, s)
	}
	return b.String(), nil
}

// canonicalSize is about the length of the text: one allocation will do.
func canonicalSize(sections []section) int {
	size := 128
	for i := range sections {
		for _, l := range sections[i].lines {
			size += len(l.value) + 16
		}
	}
	return size
}

func writeLine(b *strings.Builder, kind byte, value string) {
	b.WriteByte(kind)
	b.WriteByte('=')
	b.WriteString(value)
	b.WriteString("\r\n")
}
