package actors

import (
	"fmt"
	"time"
)

// Explain says in one sentence how the line stands, why it isn't registered,
// and what to do about it.
func (a AccountStatus) Explain(now time.Time) string {
	last := ""
	if n := len(a.Notices); n > 0 {
		last = a.Notices[n-1].Text
	}
	switch a.State {
	case "registered":
		return a.explainRegistered(last)
	case "disabled":
		return fmt.Sprintf("%s doesn't register, as its register = false says; direct calls work.", a.Name)
	case "registering":
		if a.Text != "" {
			return fmt.Sprintf("%s is registering; the last try failed: %s.", a.Name, a.Text)
		}
		if last != "" {
			return fmt.Sprintf("%s is registering; lately: %s.", a.Name, last)
		}
		return fmt.Sprintf("%s is registering: the network has not answered yet.", a.Name)
	}
	text := a.Text
	if text == "" {
		text = "nobody has asked it to: imsphone register " + a.Name
	}
	s := fmt.Sprintf("%s is not registered: %s", a.Name, text)
	if a.Retry != nil {
		s += fmt.Sprintf("; tried again in %s", a.Retry.Sub(now).Round(time.Second))
	}
	return s + "."
}

func (a AccountStatus) explainRegistered(last string) string {
	s := fmt.Sprintf("%s is registered as %s", a.Name, a.AOR)
	switch a.Security {
	case "ipsec":
		for _, set := range a.Associations {
			if set.State == "active" {
				s += ", protected by IPsec (" + set.Algorithms + ")"
			}
		}
	case "none":
		s += ", but ipsec = off: all signalling goes in the clear, and anybody on its way can read and forge it"
	}
	if last != "" {
		s += "; lately: " + last
	}
	if a.Outside > 0 {
		s += fmt.Sprintf("; %d messages and packets that came from outside of its security associations were dropped", a.Outside)
	}
	return s + "."
}
