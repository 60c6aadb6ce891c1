package main

import (
	"testing"

	peer "github.com/emiago/sipgo/sip"

	"github.com/imsphone/imsphone/protocol/sip"
)

func BenchmarkParse(b *testing.B) {
	parser := peer.NewParser()
	for _, s := range sizes {
		b.Run(s.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parse(s.raw)
			}
		})
		b.Run(s.name+"/ours-read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parseAndRead(s.raw)
			}
		})
		b.Run(s.name+"/sipgo", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				peerParse(parser, s.raw)
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	parser := peer.NewParser()
	for _, s := range sizes {
		draft, theirs := sip.DraftOf(parse(s.raw)), peerParse(parser, s.raw)
		buf := make([]byte, 0, 4096)
		b.Run(s.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf = draft.Append(buf[:0])
			}
		})
		b.Run(s.name+"/sipgo", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = theirs.String()
			}
		})
	}
}

// TestSides holds that both sides read the same out of the same bytes, so that
// the figures compare the same work.
func TestSides(t *testing.T) {
	parser := peer.NewParser()
	for i, want := range []int{1630, 773, 722} {
		raw := sizes[i].raw
		if len(raw) != want {
			t.Errorf("%s has %d bytes, want %d", sizes[i].name, len(raw), want)
		}
		m, theirs := parse(raw), peerParse(parser, raw)
		if string(theirs.Body()) != m.Body() {
			t.Errorf("%s: bodies differ", sizes[i].name)
		}
		for f := range m.Fields() {
			if theirs.GetHeaders(f.Name) == nil {
				t.Errorf("%s: sipgo has no %s", sizes[i].name, f.Name)
			}
		}
		again, err := sip.Parse(sip.DraftOf(m).Bytes())
		if err != nil || again.Body() != m.Body() || again.CallID() != m.CallID() {
			t.Errorf("%s: written message differs: %v", sizes[i].name, err)
		}
	}
}
