package sdp

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// fill repeats unit as often as size and lines allow.
func fill(start, unit string) string {
	n := (MaxBody - len(start)) / len(unit)
	if lines := strings.Count(unit, "\n"); lines > 0 {
		n = min(n, (MaxLines-10)/lines)
	}
	return start + strings.Repeat(unit, n)
}

// everyFormat has as many streams with as many formats as are read.
func everyFormat() string {
	var b strings.Builder
	b.WriteString(head)
	for range MaxMedia {
		b.WriteString("m=audio 4000 RTP/AVP")
		for pt := range maxFormats {
			b.WriteString(" " + strconv.Itoa(pt))
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

// TestMemoryIsBounded reads up to 64 KB of everything that could ask for more
// memory than it has bytes: none may cost more than 1 MB.
func TestMemoryIsBounded(t *testing.T) {
	audio := head + "m=audio 4000 RTP/AVP 0 101\r\n"
	pad := strings.Repeat("x", 50)
	for _, test := range []struct {
		name, body string
		read       bool
	}{
		{"line ends", head + strings.Repeat("\r\n", 32000), true},
		{"blanks", fill(head, " "), true},
		{"short attributes", fill(audio, "a=x\n"), true},
		{"long attributes", fill(audio, "a="+pad+":"+"\n"), true},
		{"attributes of the session", fill(head, "a="+pad+"\n"), true},
		{"one attribute", fill(audio+"a=accept-types:", "text/plain "), true},
		{"colons", fill(audio+"a=x", ":"), true},
		{"most streams", head + strings.Repeat("m=audio 4000 RTP/AVP 0\n", MaxMedia), true},
		{"streams", fill(head, "m=audio 0 RTP/AVP 0\n"), false},
		{"formats", fill(head+"m=audio 4000 RTP/AVP", " 0"), false},
		{"other formats", fill(head+"m=audio 4000 udp", " 0"), false},
		{"streams and formats", everyFormat(), true},
		{"transports", fill(head+"m=audio 4000 ", "RTP/"), false},
		{"ports", fill(head+"m=audio ", "4/"), false},
		{"origin", fill("v=0\r\no=", "a "), false},
		{"bandwidths", fill(head, "b=AS:1\n"), true},
		{"bandwidth", fill(head+"b=AS", ":1"), true},
		{"connections", fill(head, "c=IN IP4 192.0.2.1\n"), true},
		{"connection", fill(head[:len(head)-7]+"c=", "IN "), false},
		{"times", fill(head, "t=0 0\n"), true},
		{"repeated fmtp", fill(audio, "a=fmtp:101 "+pad+"\n"), true},
		{"growing fmtp", fill(audio, "a=fmtp:101 x\na=fmtp:101 y\n"), false},
		{"rtpmap", fill(audio, "a=rtpmap:101 "+pad+"/8000\n"), true},
		{"unlisted rtpmap", fill(audio, "a=rtpmap:99 "+pad+"/8000\n"), true},
		{"rtcp", fill(audio, "a=rtcp:5 IN IP4 host.example.com\n"), true},
		{"directions", fill(audio, "a=sendonly\n"), true},
		{"URI", fill(head+"u=http://", "%41"), true},
		{"unknown types", fill(head, "x="+pad+"\n"), true},
		{"name", fill("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=", "n"), true},
	} {
		if len(test.body) > MaxBody {
			t.Fatalf("%s has %d bytes", test.name, len(test.body))
		}
		const limit = 1 << 20
		var err error
		if got := allocated(func() { _, err = Parse(test.body) }); got > limit {
			t.Errorf("%s: reading takes %d KB", test.name, got>>10)
		}
		if (err == nil) != test.read {
			t.Errorf("%s: %v", test.name, err)
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
