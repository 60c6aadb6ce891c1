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
