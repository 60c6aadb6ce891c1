package sdp

import "strings"

func canonicalSession(b *strings.Builder, s *section) error {
	v, _, err := s.first('v')
	if err != nil {
		return err
	}
	if v.value != "0" {
		return refuse(v.number, "version %s; only v=0 exists", short(v.value))
	}
	b.WriteString("v=0\r\n")
	if err := canonicalOrigin(b, s); err != nil {
		return err
	}
	name, _, err := s.first('s')
	if err != nil {
		return err
	}
	if name.value == "" {
		name.value = "-"
	}
	writeLine(b, 's', name.value)
	if err := canonicalConnection(b, s); err != nil {
		return err
	}
	canonicalBandwidth(b, s)
	if err := canonicalTime(b, s); err != nil {
		return err
	}
	canonicalAttributes(b, s)
	return nil
}

// canonicalOrigin repairs a user name that is missing or has blanks in it.
func canonicalOrigin(b *strings.Builder, s *section) error {
	const most = 16 // words; five are meant
	l, ok, err := s.first('o')
	if err != nil {
		return err
	}
	if !ok {
		return refuse(0, "the o= line is missing")
	}
	words, ok := fields(l.value, most)
	if !ok || len(words) < 5 {
		return refuse(l.number, "o= needs user, id, version, IN, IP4 or IP6, address")
	}
	user, rest := words[:len(words)-5], words[len(words)-5:]
	for _, n := range rest[:2] {
		if _, ok := number(n, 64); !ok {
			return refuse(l.number, "o= has %s where a number below 2^64 must be", short(n))
		}
	}
	name := strings.Join(user, "_")
	if name == "" {
		name = "-"
	}
	where, err := connection(rest[2:], l.number)
	if err != nil {
		return err
	}
	writeLine(b, 'o', name+" "+rest[0]+" "+rest[1]+" "+where)
	return nil
}

// canonicalTime writes the first t= line; further ones and repeats mean
// nothing in a call (RFC 3264 §5).
func canonicalTime(b *strings.Builder, s *section) error {
	for _, l := range s.lines {
		if l.kind != 't' {
			continue
		}
		start, rest := field(l.value)
		stop, rest := field(rest)
		_, ok1 := number(start, 64)
		_, ok2 := number(stop, 64)
		if !ok1 || !ok2 || rest != "" {
			return refuse(l.number, "t= needs two numbers below 2^64")
		}
		writeLine(b, 't', start+" "+stop)
		return nil
	}
	writeLine(b, 't', "0 0")
	return nil
}
