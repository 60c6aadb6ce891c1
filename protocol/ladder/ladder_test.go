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
	{0, "alice", "proxy", "INVITE", false},
	{1 * time.Millisecond, "proxy", "bob", "INVITE", false},
	{501 * time.Millisecond, "proxy", "bob", "INVITE", false},
	{502 * time.Millisecond, "bob", "proxy", "180 Ringing", true},
	{503 * time.Millisecond, "proxy", "alice", "180 Ringing", true},
	{2 * time.Second, "alice", "bob", "BYE", false},
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
