package sdp

import (
	"net/netip"
	"strings"

	pion "github.com/pion/sdp/v3"
)

// Parse reads a description. Errors are of type *ParseError. It takes at most
// MaxBody bytes, and memory in proportion to the body.
func Parse(body string) (*Session, error) {
	lines, err := splitLines(body)
	if err != nil {
		return nil, err
	}
	sections, err := split(lines)
	if err != nil {
		return nil, err
	}
	text, err := canonical(sections)
	if err != nil {
		return nil, err
	}
	var desc pion.SessionDescription
	if err := desc.UnmarshalString(text); err != nil {
		return nil, refuse(0, "%v", err)
	}
	return check(sections, &desc)
}

// check turns what pion/sdp has read into a Session, line by line.
func check(sections []section, desc *pion.SessionDescription) (*Session, error) {
	s := &Session{
		Origin: Origin{
			Username: desc.Origin.Username,
			ID:       desc.Origin.SessionID, Version: desc.Origin.SessionVersion,
		},
		Name:      string(desc.SessionName),
		Bandwidth: bandwidths(desc.Bandwidth),
	}
	s.Origin.Addr, s.Origin.Host, _ = host(desc.Origin.UnicastAddress)
	if uri, ok, err := sections[0].first('u'); err != nil {
		return nil, err
	} else if ok {
		s.URI = strings.Clone(uri.value)
	}
	if t := desc.TimeDescriptions; len(t) > 0 {
		s.Start, s.Stop = t[0].Timing.StartTime, t[0].Timing.StopTime
	}
	inherited, err := s.sessionAttributes(&sections[0], desc.Attributes)
	if err != nil {
		return nil, err
	}
	s.Media = make([]Media, len(desc.MediaDescriptions))
	for i, d := range desc.MediaDescriptions {
		r := mediaReader{m: &s.Media[i], section: &sections[1+i]}
		r.m.Direction = inherited
		if err := r.read(d, desc.ConnectionInformation); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// sessionAttributes gives the direction that holds for media without their own
// (RFC 8866 §6.7).
func (s *Session) sessionAttributes(sec *section, list []pion.Attribute) (Direction, error) {
	var found oneDirection
	numbers := attributeLines{sec.lines}
	for _, a := range list {
		number := numbers.next()
		name := trim(a.Key)
		d, ok := parseDirection(name)
		if !ok {
			s.Attributes = append(s.Attributes, Attribute{name, trim(a.Value)})
			continue
		}
		if err := found.set(d, number); err != nil {
			return 0, err
		}
	}
	return found.value, nil
}

// attributeLines gives the line numbers of a section's attributes in order.
type attributeLines struct{ rest []line }

func (a *attributeLines) next() int {
	for i, l := range a.rest {
		if l.isAttribute() {
			a.rest = a.rest[i+1:]
			return l.number
		}
	}
	return 0
}

// oneDirection takes one direction; a repetition must say the same.
type oneDirection struct {
	value Direction
	line  int
}

func (o *oneDirection) set(d Direction, line int) error {
	if o.line != 0 && o.value != d {
		return refuse(line, "a=%v contradicts a=%v of line %d", d, o.value, o.line)
	}
	o.value, o.line = d, line
	return nil
}

func bandwidths(list []pion.Bandwidth) []Bandwidth {
	if len(list) == 0 {
		return nil
	}
	out := make([]Bandwidth, len(list))
	for i, b := range list {
		out[i] = Bandwidth{b.Type, b.Bandwidth}
		if b.Experimental {
			out[i].Type = "X-" + b.Type
		}
	}
	return out
}

// address reads a connection that the pre-pass has checked.
func address(c *pion.ConnectionInformation) (netip.Addr, string) {
	if c == nil || c.Address == nil {
		return netip.Addr{}, ""
	}
	addr, name, _ := host(c.Address.Address)
	return addr, name
}
