// Package ladder draws call ladders: who sent what to whom, top to bottom in
// time, as text for a terminal and as SVG for a page.
package ladder

import (
	"strconv"
	"time"
)

// Message is one arrow of a ladder.
type Message struct {
	// At is the time since the ladder's beginning.
	At       time.Duration
	From, To string
	// Label stands on the arrow: "INVITE", "200 OK".
	Label string
	// ID tells a repetition, which is folded into the arrow before it, from a
	// message that only looks alike: the CSeq of a SIP message.
	ID string
	// Response tells an answer from a request; it is drawn dashed.
	Response bool
	// Protected: it went through security associations; it is drawn double, or as
	// thick dashes.
	Protected bool
}

// Chart is a ladder. Parties are drawn from left to right; a party that a
// message names and the list does not is added at the right.
type Chart struct {
	Title    string
	Parties  []string
	Messages []Message
}

// legend says what the kinds of arrows mean; empty where there is one kind only.
func (c Chart) legend() string {
	for _, m := range c.Messages {
		if m.Protected {
			return "═ ╍ through security associations, ─ ╌ in the clear"
		}
	}
	return ""
}

// arrow is a message with its repetitions.
type arrow struct {
	Message
	from, to int
	count    int
}

// layout finds the places of the parties and folds repetitions of a message
// that follow each other into one arrow.
func (c Chart) layout() (parties []string, arrows []arrow) {
	parties = append(parties, c.Parties...)
	place := func(name string) int {
		for i, p := range parties {
			if p == name {
				return i
			}
		}
		parties = append(parties, name)
		return len(parties) - 1
	}
	for _, m := range c.Messages {
		a := arrow{Message: m, from: place(m.From), to: place(m.To), count: 1}
		if n := len(arrows); n > 0 && arrows[n-1].from == a.from && arrows[n-1].to == a.to && arrows[n-1].Label == a.Label && arrows[n-1].ID == a.ID && arrows[n-1].Protected == a.Protected {
			arrows[n-1].count++
			continue
		}
		arrows = append(arrows, a)
	}
	return parties, arrows
}

// title is the label with the number of repetitions.
func (a arrow) title() string {
	if a.count == 1 {
		return a.Label
	}
	return a.Label + " ×" + strconv.Itoa(a.count)
}
