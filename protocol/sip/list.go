package sip

import "strings"

// list walks over the elements of a comma-separated header line; commas within
// quotes, angle brackets and comments don't separate (RFC 3261 §7.3.1). A quote
// or bracket that never closes is taken for an ordinary character, so that a
// careless value doesn't swallow the others; the walk remembers that it found
// none, so that a hostile line costs no more than one pass.
type list struct {
	rest                        string
	noQuote, noAngle, noComment bool
}

// next gives the next element, trimmed and not empty.
func (l *list) next() (element string, ok bool) {
	for l.rest != "" {
		end := l.comma()
		element = trim(l.rest[:end])
		l.rest = l.rest[min(end+1, len(l.rest)):]
		if element != "" {
			return element, true
		}
	}
	return "", false
}

// comma gives the index of the comma that ends the first element, or where the
// line ends.
func (l *list) comma() int {
	s := l.rest
	for i := 0; i < len(s); i++ {
		if classes[s[i]]&classToken != 0 {
			continue
		}
		switch s[i] {
		case ',':
			return i
		case '"':
			i += l.skip(&l.noQuote, quotedEnd, s[i:])
		case '<':
			i += l.skip(&l.noAngle, angleEnd, s[i:])
		case '(':
			i += l.skip(&l.noComment, commentEnd, s[i:])
		}
	}
	return len(s)
}

// skip gives how far to go on from an opening character to its closing one.
func (l *list) skip(none *bool, end func(string) int, s string) int {
	if *none {
		return 0
	}
	n := end(s)
	if n < 0 {
		*none = true
		return 0
	}
	return n - 1
}

func angleEnd(s string) int {
	if n := strings.IndexByte(s, '>'); n > 0 {
		return n + 1
	}
	return -1
}

// commentEnd gives the length of the comment at the front of s, with the
// comments nested in it, or -1 if it never closes (RFC 3261 §25.1).
func commentEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// eachElement gives the elements of one line of that header, and tells whether
// to go on. A header that is no list has one element a line, even an empty one.
func eachElement(id HeaderID, line string, yield func(string) bool) bool {
	if !id.isList() {
		return yield(line)
	}
	for l := (list{rest: line}); ; {
		element, ok := l.next()
		if !ok {
			return true
		}
		if !yield(element) {
			return false
		}
	}
}
