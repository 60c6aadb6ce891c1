package ladder

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

var chart = Chart{Title: "A call", Parties: []string{"alice", "proxy", "bob"}, Messages: []Message{
	{At: 0, From: "alice", To: "proxy", Label: "INVITE", Response: false},
	{At: 1 * time.Millisecond, From: "proxy", To: "bob", Label: "INVITE", Response: false},
	{At: 501 * time.Millisecond, From: "proxy", To: "bob", Label: "INVITE", Response: false},
	{At: 502 * time.Millisecond, From: "bob", To: "proxy", Label: "180 Ringing", Response: true},
	{At: 503 * time.Millisecond, From: "proxy", To: "alice", Label: "180 Ringing", Response: true},
	{At: 2 * time.Second, From: "alice", To: "bob", Label: "BYE", Response: false},
}}

func TestText(t *testing.T) {
	const want = `A call

          alice                    proxy                     bob
  0.000     │─────── INVITE ────────▶│                        │
  0.001     │                        │────── INVITE ×2 ──────▶│
  0.502     │                        │◀╌╌╌╌ 180 Ringing ╌╌╌╌╌╌│
  0.503     │◀╌╌╌╌ 180 Ringing ╌╌╌╌╌╌│                        │
  2.000     │────────────────────── BYE ─────────────────────▶│
`
	if got := chart.Text(80); got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestProtected: what goes through security associations looks different, and
// isn't taken for the repetition of what doesn't.
func TestProtected(t *testing.T) {
	c := Chart{Parties: []string{"alice", "P-CSCF"}, Messages: []Message{
		{From: "alice", To: "P-CSCF", Label: "REGISTER", ID: "1 REGISTER"},
		{From: "alice", To: "P-CSCF", Label: "REGISTER", ID: "1 REGISTER", Protected: true},
		{From: "P-CSCF", To: "alice", Label: "200 OK", ID: "1 REGISTER", Response: true, Protected: true},
	}}
	const want = `           alice         P-CSCF
  0.000      │─ REGISTER ──▶│
  0.000      │═ REGISTER ══▶│
  0.000      │◀╍ 200 OK ╍╍╍╍│

         ═ ╍ through security associations, ─ ╌ in the clear
`
	if got := c.Text(40); got != want {
		t.Errorf("got\n%s", got)
	}
	if svg := c.SVG(); strings.Count(svg, `class="tunnel"`) != 3 {
		t.Errorf("got\n%s", svg)
	}
}

func TestOnlyRepetitionsAreFolded(t *testing.T) {
	c := Chart{Messages: []Message{
		{From: "bob", To: "alice", Label: "200 OK", ID: "1 INVITE"},
		{From: "bob", To: "alice", Label: "200 OK", ID: "2 PRACK"},
		{From: "bob", To: "alice", Label: "200 OK", ID: "2 PRACK"},
	}}
	if got := c.Text(80); strings.Count(got, "200 OK") != 2 || strings.Count(got, "×2") != 1 {
		t.Errorf("got\n%s", got)
	}
}

func TestSVGIsWellFormed(t *testing.T) {
	c := chart
	c.Parties = append([]string{`<&">`}, c.Parties...)
	dec := xml.NewDecoder(strings.NewReader(c.SVG()))
	arrows := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
			arrows++
		}
	}
	if arrows != 5 {
		t.Errorf("%d arrows", arrows)
	}
}

func TestNothingToDraw(t *testing.T) {
	if got := (Chart{}).Text(80); got != "" {
		t.Errorf("%q", got)
	}
	(Chart{}).SVG()
}
