package sdp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// head is a session level without fault; media lines start at line 6.
const head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

func TestParse(t *testing.T) {
	got, err := Parse(head + "a=tool:x\r\nb=AS:64\r\nu=http://example.com/ a\r\n" +
		"m=audio 4000 RTP/AVP 96 0\r\nc=IN IP6 2001:db8::1\r\nb=TIAS:1\r\na=rtpmap:96 opus/48000/2\r\n" +
		"a=fmtp:96 useinbandfec=1\r\na=rtcp:5 IN IP4 192.0.2.9\r\na=rtcp-mux\r\na=ptime:20\r\na=maxptime:60\r\na=recvonly\r\na=mid:1\r\n" +
		"m=message 9 TCP/MSRP *\r\na=accept-types:text/plain\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := &Session{
		Origin: Origin{Username: "-", ID: 1, Version: 1, Addr: netip.MustParseAddr("192.0.2.1")},
		Name:   "-", URI: "http://example.com/ a",
		Bandwidth:  []Bandwidth{{"AS", 64}},
		Attributes: []Attribute{{"tool", "x"}},
		Media: []Media{{
			Kind: "audio", Port: 4000, Proto: "RTP/AVP", Addr: netip.MustParseAddr("2001:db8::1"),
			RTCP: netip.MustParseAddrPort("192.0.2.9:5"), RTCPMux: true, Direction: RecvOnly,
			Codecs: []Codec{{96, "opus", 48000, 2, "useinbandfec=1"}, {0, "PCMU", 8000, 1, ""}},
			Ptime:  20 * time.Millisecond, MaxPtime: 60 * time.Millisecond,
			Bandwidth: []Bandwidth{{"TIAS", 1}}, Attributes: []Attribute{{"mid", "1"}},
		}, {
			Kind: "message", Port: 9, Proto: "TCP/MSRP", Addr: netip.MustParseAddr("192.0.2.1"),
			Formats: []string{"*"}, Attributes: []Attribute{{"accept-types", "text/plain"}},
		}},
	}
	if diff := cmp.Diff(want, got, compareAddr); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTolerated reads what is wrong and yet clear.
func TestTolerated(t *testing.T) {
	const m = "m=audio 4000 RTP/AVP 0"
	for name, body := range map[string]string{
		"no final line end":       head + m,
		"bare LF":                 strings.ReplaceAll(head+m, "\r\n", "\n"),
		"bare CR":                 strings.ReplaceAll(head+m, "\r\n", "\r"),
		"blanks around =":         strings.ReplaceAll(head+m, "=", " = "),
		"empty lines":             "\r\n\r\n" + strings.ReplaceAll(head, "\r\n", "\r\n\r\n") + m,
		"no s=":                   strings.Replace(head, "s=-\r\n", "", 1) + m,
		"empty s=":                strings.Replace(head, "s=-", "s=", 1) + m,
		"no t=":                   strings.Replace(head, "t=0 0\r\n", "", 1) + m,
		"several t=":              head + "t=5 6\r\n" + m,
		"repeated lines":          strings.Replace(head, "c=", "c=IN IP4 192.0.2.1\r\ns=-\r\nv=0\r\nc=", 1) + m,
		"c= after t=":             "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nt=0 0\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n" + m,
		"unknown types":           head + "x=1\r\n9=8\r\n" + m + "\r\ny=\r\n",
		"lines of the session":    head + m + "\r\ns=x\r\nt=1 2\r\nu=me\r\n",
		"unknown bandwidth":       head + "b=HUGE:x:y\r\nb=AS:many\r\nb=AS\r\n" + m,
		"lower case network":      strings.ReplaceAll(head, "IN IP4", "in ip4") + m,
		"multicast scope":         strings.Replace(head, "c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2.1/127", 1) + m,
		"mapped address":          strings.Replace(head, "c=IN IP4 192.0.2.1", "c=IN IP6 ::ffff:192.0.2.1", 1) + m,
		"no user in o=":           strings.Replace(head, "o=- ", "o=", 1) + m,
		"repeated format":         head + m + " 0 0",
		"number of ports":         head + "m=audio 4000/2 RTP/AVP 0",
		"leading zeros":           head + "m=audio 04000 RTP/AVP 000",
		"repeated rtpmap":         head + m + "\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:0 pcmu/8000/1\r\na=rtpmap:0 PCMU/8000\r\n",
		"wrong clock of a static": head + m + "\r\na=rtpmap:0 PCMU/16000\r\n",
		"fmtp without parameters": head + m + "\r\na=fmtp:0\r\n",
		"empty attributes":        head + "a=\r\n" + m + "\r\na=\r\na =  \r\n",
		"repeated direction":      head + "a=sendonly\r\n" + m + "\r\na=sendrecv\r\na=sendrecv\r\n",
		"tabs":                    head + "m=audio\t4000\tRTP/AVP\t0\t",
		"text outside ASCII":      head + "i=\xc3\xa9\r\n" + m + "\r\ni=\xff\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(body)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Media) != 1 {
				t.Fatalf("%d streams", len(s.Media))
			}
			m := s.Media[0]
			if m.Port != 4000 || m.Addr != netip.MustParseAddr("192.0.2.1") || m.Direction != SendRecv {
				t.Errorf("the stream is %+v", m)
			}
			if diff := cmp.Diff([]Codec{{0, "PCMU", 8000, 1, ""}}, m.Codecs, cmp.Transformer("upper", strings.ToUpper)); diff != "" {
				t.Errorf("codecs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRefused has the shapes that have hurt other phones; each is refused with
// the line to blame.
func TestRefused(t *testing.T) {
	audio := head + "m=audio 4000 RTP/AVP 0 101\r\n" // line 6
	tests := []struct {
		name, body string
		line       int
		reason     string
	}{
		{"nothing", "", 1, "starts with v=0"},
		{"only blanks", " \r\n\t\r\n", 1, "starts with v=0"},
		{"not SDP", "<xml/>", 1, "x=value"},
		{"no v=", head[5:], 1, "starts with v=0"},
		{"v=1", "v=1\r\n" + head[5:], 1, "version"},
		{"two versions", "v=0\r\nv=1\r\n" + head[5:], 2, "contradicts line 1"},
		{"NUL", head + "a=fmtp:\x000 x\r\n", 6, "control character 0x00"},
		{"NUL in fmtp", audio + "a=fmtp:101 0-\x0016\r\n", 7, "control character 0x00"},
		{"NUL in an attribute's name", audio + "a=to\x00ol:x\r\n", 7, "control character"},
		{"DEL", audio + "a=\x7f\r\n", 7, "control character"},
		{"cut off type", head + "a", 6, "x=value"},
		{"no o=", "v=0\r\ns=-\r\n", 0, "o= line is missing"},
		{"short o=", "v=0\r\no=1 1 IN IP4\r\n", 2, "o= needs"},
		{"long o=", "v=0\r\no=" + strings.Repeat("a ", 40) + "\r\n", 2, "o= needs"},
		{"session id 2^64", "v=0\r\no=- 18446744073709551616 1 IN IP4 192.0.2.1\r\n", 2, "below 2^64"},
		{"version not a number", "v=0\r\no=- 1 x IN IP4 192.0.2.1\r\n", 2, "below 2^64"},
		{"two origins", head + "o=- 2 2 IN IP4 192.0.2.1\r\n", 6, "contradicts line 2"},
		{"second description", audio + head, 7, "second description"},
		{"no c=", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n", 3, "c= line"},
		{"empty c=", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=\r\n", 3, "c= needs"},
		{"long c=", audio + "c=IN IP4 192.0.2.1 5\r\n", 7, "c= needs"},
		{"two c= of the session", head[:len(head)-7] + "c=IN IP4 192.0.2.1 5\r\n", 5, "contradicts line 4"},
		{"other network", "v=0\r\no=- 1 1 TN RFC2543 1\r\n", 2, "network"},
		{"not an address", audio + "c=IN IP4 192.0.2.300\r\n", 7, "neither"},
		{"zone", audio + "c=IN IP6 fe80::1%eth0\r\n", 7, "neither"},
		{"strange host", audio + "c=IN IP4 a;b\r\n", 7, "neither"},
		{"two c= in a stream", audio + "c=IN IP4 192.0.2.2\r\nc=IN IP4 192.0.2.3\r\n", 8, "contradicts line 7"},
		{"bad t=", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nt=0\r\n", 3, "t= needs"},
		{"t= 2^64", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nt=0 18446744073709551616\r\n", 3, "t= needs"},
		{"empty m=", head + "m=\r\n", 6, "media type"},
		{"m= with a kind", head + "m=audio\r\n", 6, "transport"},
		{"m= without transport", head + "m=audio 4000\r\n", 6, "transport"},
		{"m= without formats", head + "m=audio 4000 RTP/AVP\r\n", 6, "no format"},
		{"transport with a gap", head + "m=audio 4000 RTP//AVP 0\r\n", 6, "transport"},
		{"port 65536", head + "m=audio 65536 RTP/AVP 0\r\n", 6, "not 0…65535"},
		{"port -1", head + "m=audio -1 RTP/AVP 0\r\n", 6, "not 0…65535"},
		{"port 2^32", head + "m=audio 4294967296 RTP/AVP 0\r\n", 6, "not 0…65535"},
		{"0 ports", head + "m=audio 4000/0 RTP/AVP 0\r\n", 6, "number of ports"},
		{"cut off number of ports", head + "m=audio 4000/ RTP/AVP 0\r\n", 6, "number of ports"},
		{"payload type 128", head + "m=audio 4000 RTP/AVP 128\r\n", 6, "not 0…127"},
		{"payload type 2^32", head + "m=audio 4000 RTP/AVP 4294967296\r\n", 6, "not 0…127"},
		{"payload type 2^32 in rtpmap", audio + "a=rtpmap:4294967296 x/8000\r\n", 7, "not 0…127"},
		{"payload type 2^32 in fmtp", audio + "a=fmtp:4294967296 x\r\n", 7, "not 0…127"},
		{"signed payload type", head + "m=audio 4000 RTP/AVP +0\r\n", 6, "not 0…127"},
		{"no payload type", audio + "a=rtpmap:\r\n", 7, "not 0…127"},
		{"rtpmap alone", audio + "a=rtpmap\r\n", 7, "not 0…127"},
		{"no codec name", audio + "a=rtpmap:101\r\n", 7, "codec name"},
		{"no clock", audio + "a=rtpmap:101 telephone-event\r\n", 7, "clock rate"},
		{"clock 0", audio + "a=rtpmap:101 telephone-event/0\r\n", 7, "clock rate"},
		{"clock 2^31", audio + "a=rtpmap:101 telephone-event/2147483648\r\n", 7, "clock rate"},
		{"0 channels", audio + "a=rtpmap:101 L16/8000/0\r\n", 7, "channels"},
		{"256 channels", audio + "a=rtpmap:101 L16/8000/256\r\n", 7, "channels"},
		{"two meanings of a payload type", audio + "a=rtpmap:101 a/8000\r\na=rtpmap:101 b/8000\r\n", 8, "already"},
		{"long fmtp", audio + "a=fmtp:101 " + strings.Repeat("x", maxFmtp+1) + "\r\n", 7, "bytes of parameters"},
		{"fmtp that adds up", audio + strings.Repeat("a=fmtp:101 "+strings.Repeat("x", maxFmtp/2)+"\r\na=fmtp:101 y\r\n", 2), 9, "bytes of parameters"},
		{"empty rtcp", audio + "a=rtcp:\r\n", 7, "a=rtcp needs"},
		{"cut off rtcp", audio + "a=rtcp:53020 IN IP4\r\n", 7, "a=rtcp needs"},
		{"cut off rtcp network", audio + "a=rtcp:53020 IN\r\n", 7, "a=rtcp needs"},
		{"rtcp port 2^32", audio + "a=rtcp:4294967296\r\n", 7, "RTCP port"},
		{"rtcp port 0", audio + "a=rtcp:0\r\n", 7, "RTCP port"},
		{"rtcp address", audio + "a=rtcp:53020 IN IP4 1.2.3\r\n", 7, "neither"},
		{"two directions", audio + "a=sendonly\r\na=recvonly\r\n", 8, "contradicts a=sendonly of line 7"},
		{"two directions of the session", head + "a=sendonly\r\na=sendrecv\r\n", 7, "contradicts"},
		{"too many lines", head + strings.Repeat("a=x\r\n", MaxLines), MaxLines + 1, "more than"},
		{"too many streams", head + strings.Repeat("m=audio 0 RTP/AVP 0\r\n", MaxMedia+1), 6 + MaxMedia, "more than"},
		{"too many formats", head + "m=audio 4000 RTP/AVP" + strings.Repeat(" 0", maxFormats+1) + "\r\n", 6, "more than"},
		{"too long", head + strings.Repeat("x", MaxBody), 0, "bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := Parse(test.body)
			var pe *ParseError
			if !errors.As(err, &pe) {
				t.Fatalf("read as %+v, error %v", s, err)
			}
			if pe.Line != test.line || !strings.Contains(pe.Reason, test.reason) {
				t.Errorf("refused with %q; want line %d, %q", err, test.line, test.reason)
			}
		})
	}
}

func TestRejectedStreamNeedsLittle(t *testing.T) {
	s, err := Parse("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP\r\nm=x-new 0 y\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range s.Media {
		if !m.Rejected() || m.OnHold() || m.Addr.IsValid() {
			t.Errorf("%+v", m)
		}
	}
}

func TestOnHold(t *testing.T) {
	for _, test := range []struct {
		addr, direction string
		want            bool
	}{
		{"IP4 192.0.2.1", "sendrecv", false},
		{"IP4 192.0.2.1", "recvonly", false},
		{"IP4 192.0.2.1", "sendonly", true},
		{"IP4 192.0.2.1", "inactive", true},
		{"IP4 0.0.0.0", "sendrecv", true},
		{"IP6 ::", "sendrecv", true},
		{"IP4 host.example.com", "sendrecv", false},
	} {
		s, err := Parse(head + "m=audio 4000 RTP/AVP 0\r\nc=IN " + test.addr + "\r\na=" + test.direction)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Media[0].OnHold(); got != test.want {
			t.Errorf("%s %s: on hold: %v", test.addr, test.direction, got)
		}
	}
}

func TestDirectionOfSessionIsInherited(t *testing.T) {
	s, err := Parse(head + "a=inactive\r\nm=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\na=sendonly\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Media[0].Direction != Inactive || s.Media[1].Direction != SendOnly || len(s.Attributes) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestHostNames(t *testing.T) {
	s, err := Parse("v=0\r\no=- 1 1 IN IP4 host.example.com\r\nc=IN IP4 media-1.example.com\r\nm=audio 4000 RTP/AVP 0\r\na=rtcp:4005\r\n")
	if err != nil {
		t.Fatal(err)
	}
	m := s.Media[0]
	if s.Origin.Host != "host.example.com" || m.Host != "media-1.example.com" || m.Addr.IsValid() || m.RTCP.Port() != 4005 {
		t.Errorf("%+v", s)
	}
}

// TestRTCPHostIsKept: we send RTCP to addresses only.
func TestRTCPHostIsKept(t *testing.T) {
	s := mustParse(t, head+"m=audio 4000 RTP/AVP 0\r\na=rtcp:5 IN IP4 host.example.com\r\n")
	m := s.Media[0]
	if m.RTCP.Port() != 0 || len(m.Attributes) != 1 || m.Attributes[0].Value != "5 IN IP4 host.example.com" {
		t.Errorf("%+v", m)
	}
}

// TestNoLineIsSmuggled prints values with line ends in them.
func TestNoLineIsSmuggled(t *testing.T) {
	const evil = "x\r\nm=audio 1 RTP/AVP 0\r\n y"
	s := Session{
		Origin: Origin{Username: evil, Host: evil}, Name: evil, URI: evil,
		Attributes: []Attribute{{evil, evil}},
		Media: []Media{{
			Kind: "audio", Port: 4000, Proto: "RTP/AVP", Host: evil,
			Codecs:     []Codec{{96, evil, 8000, 1, evil}},
			Attributes: []Attribute{{evil, evil}},
		}},
	}
	text := s.String()
	for l := range strings.Lines(text) {
		if !strings.HasSuffix(l, "\r\n") || strings.HasPrefix(l, "m=audio 1 ") {
			t.Errorf("line %q in\n%s", l, text)
		}
	}
}

func TestParseErrorText(t *testing.T) {
	for want, err := range map[string]error{
		"sdp: line 7: x": &ParseError{Line: 7, Reason: "x"},
		"sdp: x":         &ParseError{Reason: "x"},
	} {
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
