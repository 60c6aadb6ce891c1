package lint

import (
	"fmt"
	"strings"
)

// Text gives the report for people to read: what the message is, its fields
// one a line, and the verdict last.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, printable(r.title()))
	line := func(name, value string) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-16s %s", name, printable(value)), " ") + "\n")
	}
	if r.From != nil {
		line("From", r.From.describe())
	}
	if r.To != nil {
		line("To", r.To.describe())
	}
	for _, v := range r.Via {
		line("Via", v.describe())
	}
	for _, a := range r.Contact {
		line("Contact", a.describe())
	}
	for _, a := range r.Route {
		line("Route", a.describe())
	}
	if r.CSeq != nil {
		line("CSeq", r.CSeq.describe())
	}
	for _, h := range r.Headers {
		line(h.Name, h.Value)
	}
	if r.Body != nil {
		line("(body)", r.Body.describe())
	}
	fmt.Fprintln(&b, printable(r.verdict()))
	return b.String()
}

func (r Report) title() string {
	switch r.Kind {
	case "request":
		if r.RequestURI.Error != "" {
			return "request " + r.Method + " " + bad(r.RequestURI.Text, r.RequestURI.Error)
		}
		return "request " + r.Method + " " + r.RequestURI.Text
	case "response":
		s := strings.TrimSpace(fmt.Sprintf("response %d %s", r.Status, r.Phrase))
		if r.Method != "" {
			s += " to " + r.Method
		}
		return s
	}
	return "garbage"
}

// verdict says what the phone does: "accept", "reject: 400 …" or "drop: …".
func (r Report) verdict() string {
	s := r.Action
	if r.Code != 0 {
		s += fmt.Sprintf(": %d", r.Code)
	} else if r.Reason != "" {
		s += ":"
	}
	if r.Reason != "" {
		s += " " + r.Reason
	}
	if r.Offset != nil {
		s += fmt.Sprintf(" (at byte %d)", *r.Offset)
	}
	return s
}

func (a Address) describe() string {
	if a.Error != "" {
		return bad(a.Text, a.Error)
	}
	s := a.URI.Text
	if a.Display != "" {
		s = a.Display + " <" + s + ">"
	}
	return s + pairs(a.Params)
}

func (v Via) describe() string {
	if v.Error != "" {
		return bad(v.Text, v.Error)
	}
	s := v.Transport + " " + v.Host
	if v.Port != 0 {
		s += fmt.Sprintf(":%d", v.Port)
	}
	return s + pairs(v.Params)
}

func (c CSeq) describe() string {
	if c.Error != "" {
		return bad(c.Text, c.Error)
	}
	return fmt.Sprintf("%d %s", c.Number, c.Method)
}

func (b Body) describe() string {
	s := fmt.Sprintf("%d bytes", b.Length)
	if b.Type != "" {
		s += " of " + b.Type
	}
	if len(b.Parts) > 0 {
		s += ": " + strings.Join(b.Parts, ", ")
	}
	return s
}
