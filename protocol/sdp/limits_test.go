package sdp

import (
	"runtime"
	"strings"
	"testing"
)

// TestMemoryIsBounded reads 64 KB of every kind that asks for more memory than
// it has bytes: none may cost more than 1 MB.
func TestMemoryIsBounded(t *testing.T) {
	fill := func(start, unit string) string {
		return start + strings.Repeat(unit, (MaxBody-len(start))/len(unit))
	}
	audio := head + "m=audio 4000 RTP/AVP 0 101\r\n"
	var formats strings.Builder
	formats.WriteString(head)
	for range MaxMedia {
		formats.WriteString("m=audio 4000 RTP/AVP")
		for pt := range maxFormats {
			formats.WriteString(" " + string(rune('0'+pt/100)) + string(rune('0'+pt/10%10)) + string(rune('0'+pt%10)))
		}
		formats.WriteString("\r\n")
	}
	for name, body := range map[string]string{
		"line ends":           fill(head, "\r\n"),
		"blanks":              fill(head, " "),
		"empty attributes":    fill(head, "a=\n"),
		"attributes":          fill(audio, "a=x\n"),
		"long attributes":     fill(audio, "a="+strings.Repeat("x", 60)+"\n"),
		"one attribute":       fill(audio+"a=accept-types:", "text/plain "),
		"streams":             fill(head, "m=audio 0 RTP/AVP 0\n"),
		"formats":             fill(head+"m=audio 4000 RTP/AVP", " 0"),
		"streams and formats": formats.String(),
		"transports":          fill(head+"m=audio 4000 ", "RTP/"),
		"ports":               fill(head+"m=audio ", "4/"),
		"origin":              fill("v=0\r\no=", "a "),
		"bandwidths":          fill(head, "b=AS:1\n"),
		"bandwidth":           fill(head+"b=AS", ":1"),
		"connections":         fill(head, "c=IN IP4 192.0.2.1\n"),
		"times":               fill(head, "t=0 0\n"),
		"fmtp":                fill(audio, "a=fmtp:101 x\n"),
		"growing fmtp":        fill(audio, "a=fmtp:101 x\na=fmtp:101 y\n"),
		"rtpmap":              fill(audio, "a=rtpmap:101 x/8000\n"),
		"unlisted rtpmap":     fill(audio, "a=rtpmap:99 x/8000\n"),
		"URI":                 fill(head+"u=http://", "%41"),
		"unknown":             fill(head, "x=1\n"),
		"name":                fill("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=", "n"),
	} {
		if len(body) > MaxBody {
			t.Fatalf("%s has %d bytes", name, len(body))
		}
		const limit = 1 << 20
		if got := allocated(func() { _, _ = Parse(body) }); got > limit {
			t.Errorf("%s: reading takes %d KB", name, got>>10)
		}
	}
}

// allocated gives the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func BenchmarkParse(b *testing.B) {
	bodies := peerBodies(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, body := range bodies {
			if _, err := Parse(body); err != nil {
				b.Fatal(err)
			}
		}
	}
}
