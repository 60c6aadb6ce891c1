package sdp

import (
	"strings"
	"testing"
)

var jpeg = Codec{26, "JPEG", 90000, 1, ""}

// withVideo gives the local with a video stream besides.
func (l Local) withVideo(port uint16, d Direction, answerOnly bool) Local {
	l.Streams = append(l.Streams[:len(l.Streams):len(l.Streams)],
		Stream{Kind: "video", Port: port, Codecs: []Codec{jpeg}, Direction: d, Bandwidth: 500, AnswerOnly: answerOnly})
	return l
}

// TestVideoComesAndGoes is RFC 3264 §8: the line of a stream stays, and is used
// again.
func TestVideoComesAndGoes(t *testing.T) {
	audioA, audioB := phone("192.0.2.1", 4000), phone("192.0.2.2", 5000)
	a, b := new(Negotiation), new(Negotiation)
	waiting := audioB.withVideo(5002, RecvOnly, true)

	agreedA, _ := exchange(t, a, b, audioA, waiting)
	if len(agreedA.Streams) != 1 {
		t.Fatalf("%d streams", len(agreedA.Streams))
	}
	if _, agreedA = exchange(t, b, a, waiting, audioA); len(agreedA.Streams) != 1 {
		t.Error("a stream that waits for an offer was offered")
	}
	video := audioA.withVideo(4002, SendRecv, false)
	agreedA, agreedB := exchange(t, a, b, video, waiting)
	s, r := agreedA.Streams[1], agreedB.Streams[1]
	if s.Direction != SendOnly || r.Direction != RecvOnly || s.Offered != SendOnly || r.Offered != SendRecv || s.Bandwidth != 500 {
		t.Errorf("added: %+v and %+v", s, r)
	}
	if c, _ := s.Codec(); c.Name != "JPEG" || c.PayloadType != 26 {
		t.Errorf("codec %v", c)
	}
	// The callee's own offers keep a stream that is there.
	if _, agreedA = exchange(t, b, a, waiting.Held(), video); agreedA.Streams[1].Direction != Inactive || agreedA.Streams[1].Rejected {
		t.Errorf("held: %+v", agreedA.Streams[1])
	}
	if agreedA, agreedB = exchange(t, a, b, audioA, waiting); !agreedA.Streams[1].Rejected || agreedB.Streams[1].Offered != Inactive {
		t.Errorf("dropped: %+v and %+v", agreedA.Streams[1], agreedB.Streams[1])
	}
	if _, agreedA = exchange(t, b, a, waiting, audioA); !agreedA.Streams[1].Rejected {
		t.Error("a dropped stream came back by itself")
	}
	agreedA, _ = exchange(t, a, b, video, waiting)
	if len(agreedA.Streams) != 2 || agreedA.Streams[1].Rejected {
		t.Errorf("once more: %+v", agreedA.Streams)
	}
}

// Refused video leaves audio alone, and tells what was wanted.
func TestVideoRefused(t *testing.T) {
	a, b := new(Negotiation), new(Negotiation)
	agreedA, agreedB := exchange(t, a, b, phone("192.0.2.1", 4000).withVideo(4002, SendRecv, false), phone("192.0.2.2", 5000))
	if !agreedA.Streams[1].Rejected || agreedA.Streams[0].Rejected || agreedA.Streams[1].Offered != Inactive {
		t.Errorf("caller: %+v", agreedA.Streams)
	}
	if s := agreedB.Streams[1]; !s.Rejected || s.Offered != SendRecv {
		t.Errorf("callee: %+v", s)
	}
}

// Only H.264 on offer: audio goes on without a picture.
func TestForeignVideo(t *testing.T) {
	offer := "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n" +
		"m=video 5002 RTP/AVPF 96\r\nb=TIAS:512000\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=rtcp-fb:* nack pli\r\n"
	n := new(Negotiation)
	if err := n.Offered(offer); err != nil {
		t.Fatal(err)
	}
	answer, agreed, err := n.Answer(phone("192.0.2.1", 4000).withVideo(4002, SendRecv, true))
	if err != nil || agreed.Streams[0].Rejected || !agreed.Streams[1].Rejected {
		t.Errorf("%+v (%v)", agreed.Streams, err)
	}
	if !strings.Contains(answer, "m=video 0 RTP/AVPF 96\r\n") {
		t.Errorf("the answer is\n%s", answer)
	}
}

// A picture without sound: port 0 the other way around.
func TestVideoAlone(t *testing.T) {
	a, b := new(Negotiation), new(Negotiation)
	mute := Local{Addr: phone("192.0.2.2", 0).Addr, SessionID: 7}
	agreedA, agreedB := exchange(t, a, b, phone("192.0.2.1", 4000).withVideo(4002, SendRecv, false), mute.withVideo(5002, SendRecv, true))
	if !agreedA.Streams[0].Rejected || agreedA.Streams[1].Direction != SendRecv || agreedB.Streams[1].Bandwidth != 500 {
		t.Errorf("%+v and %+v", agreedA.Streams, agreedB.Streams)
	}
}
