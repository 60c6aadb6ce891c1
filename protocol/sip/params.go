package sip

import (
	"iter"
	"strings"
)

// Params is a list of parameters as it stands in a message, each with its
// semicolon in front: ";a=b;c". The zero value is the empty list.
type Params string

// Get gives the value of the parameter of that name, in any case, and whether
// it is there. A quoted value comes without its quotes; a parameter without
// value gives "" and true.
func (p Params) Get(name string) (value string, ok bool) {
	for s := string(p); s != ""; {
		var n, v string
		n, v, s = cutParam(s)
		if EqualFold(n, name) {
			return unquote(v), true
		}
	}
	return "", false
}

// Has tells whether there is a parameter of that name.
func (p Params) Has(name string) bool {
	_, ok := p.Get(name)
	return ok
}

// All gives every parameter in order, its value as Get gives it.
func (p Params) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) { p.each(yield) }
}

func (p Params) each(yield func(string, string) bool) {
	for s := string(p); s != ""; {
		var n, v string
		n, v, s = cutParam(s)
		if n != "" && !yield(n, unquote(v)) {
			return
		}
	}
}

// With gives the list with that parameter set: in its old place, or at the
// end. An empty value gives a parameter without value. A value that isn't a
// token, a host or already a quoted-string is quoted; line ends become spaces.
func (p Params) With(name, value string) Params {
	set := make([]byte, 0, len(p)+len(name)+len(value)+4)
	done := false
	for s := string(p); s != ""; {
		rest := s
		var n, v string
		n, v, s = cutParam(s)
		switch {
		case !EqualFold(n, name) && v != "" && v[0] == '"' && quotedEnd(v) < 0:
			// A quote left open would reach into what is added.
			set = append(append(append(set, ';'), n...), '=')
			set = appendQuoted(set, v)
		case !EqualFold(n, name):
			set = append(set, rest[:len(rest)-len(s)]...)
		case !done:
			set, done = appendParam(set, name, value), true
		}
	}
	if !done {
		set = appendParam(set, name, value)
	}
	return Params(set)
}

// Without gives the list without the parameters of that name.
func (p Params) Without(name string) Params {
	if !p.Has(name) {
		return p
	}
	kept := make([]byte, 0, len(p))
	for s := string(p); s != ""; {
		rest := s
		var n string
		if n, _, s = cutParam(s); !EqualFold(n, name) {
			kept = append(kept, rest[:len(rest)-len(s)]...)
		}
	}
	return Params(kept)
}

func appendParam(dst []byte, name, value string) []byte {
	dst = append(dst, ';')
	dst = append(dst, oneLine(name)...)
	if value == "" {
		return dst
	}
	dst = append(dst, '=')
	if all(value, classParam) || value[0] == '"' && quotedEnd(value) == len(value) {
		return append(dst, oneLine(value)...)
	}
	return appendQuoted(dst, value)
}

// cutParam takes the first parameter off a list; value keeps its quotes. The
// name is empty where two semicolons meet.
func cutParam(s string) (name, value, rest string) {
	if s[0] == ';' {
		s = s[1:]
	}
	i := 0
	for i < len(s) && s[i] != ';' && s[i] != '=' {
		i++
	}
	name = trim(s[:i])
	if i == len(s) || s[i] == ';' {
		return name, "", s[i:]
	}
	s = trimLeft(s[i+1:])
	if s != "" && s[0] == '"' {
		if n := quotedEnd(s); n > 0 {
			end := n
			for end < len(s) && s[end] != ';' {
				end++
			}
			return name, s[:n], s[end:]
		}
	}
	if i = strings.IndexByte(s, ';'); i < 0 {
		i = len(s)
	}
	return name, trim(s[:i]), s[i:]
}
