package calltest

import (
	"fmt"
	"strings"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/sip"
)

// summary writes a message in one line: start line, CSeq, and the headers that
// tell the stories of these tests.
func summary(data []byte) string {
	m, err := sip.Parse(data)
	if err != nil {
		return fmt.Sprintf("%q", data)
	}
	s := startLine(m)
	if c, err := m.CSeq(); err == nil {
		if m.IsRequest() {
			s += fmt.Sprintf(" (%d)", c.Seq)
		} else {
			s += fmt.Sprintf(" (%d %s)", c.Seq, c.Method)
		}
	}
	if tag := m.ToTag(); tag != "" && !m.IsRequest() {
		s += " to=" + tag
	}
	for _, id := range []sip.HeaderID{sip.HRequire, sip.HRSeq, sip.HRAck, sip.HSessionExpires, sip.HMinSE,
		sip.HRetryAfter, sip.HUnsupported, sip.HWarning, sip.HReason} {
		for v := range m.Lines(id) {
			s += fmt.Sprintf(" %s=%q", id, v)
		}
	}
	for _, id := range []sip.HeaderID{sip.HAuthorization, sip.HProxyAuthorization} {
		if m.Has(id) {
			s += " +" + id.String()
		}
	}
	if body, ok := m.BodyOf("application/sdp"); ok {
		s += " " + summarySDP(body)
	}
	return s
}

// startLine gives "INVITE sip:bob@192.0.2.2" or "200 OK".
func startLine(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.Method()) + " " + m.RequestURI()
	}
	return fmt.Sprintf("%d %s", m.Status(), m.Reason())
}

// summarySDP gives the port, formats and direction of each m= line:
// "[sdp 40000 0 8 9 sendonly, 40002 26 sendrecv]".
func summarySDP(body string) string {
	var media []string
	for _, line := range strings.Split(body, "\n") {
		line = strings.TrimSpace(line)
		last := len(media) - 1
		switch {
		case strings.HasPrefix(line, "m="):
			f := strings.Fields(line)
			media = append(media, f[1]+" "+strings.Join(f[3:], " ")+" sendrecv")
		case last >= 0 && (line == "a=sendonly" || line == "a=recvonly" || line == "a=inactive"):
			media[last] = strings.TrimSuffix(media[last], "sendrecv") + line[2:]
		}
	}
	return "[sdp " + strings.Join(media, ", ") + "]"
}

func describeChange(n call.Changed) string {
	s := fmt.Sprintf("%s (%s)", n.State, n.Reason)
	if n.Status != 0 {
		s += fmt.Sprintf(" %d", n.Status)
	}
	if n.Text != "" {
		s += ": " + n.Text
	}
	return s
}

func describeNotice(n call.Notice) string {
	switch n := n.(type) {
	case call.Arrived:
		s := fmt.Sprintf("call from %q <%s>", n.Name, n.URI)
		if n.Asserted {
			s += ", asserted"
		}
		if n.Private {
			s += ", private"
		}
		return s
	case call.PeerHold:
		return fmt.Sprintf("peer-hold %v", n.Held)
	case call.Refused:
		return fmt.Sprintf("refused %d: %s", n.Status, n.Text)
	case call.Asked:
		return fmt.Sprintf("asked %d: %d", n.Asked.Ref, n.Asked.Status)
	case call.Requested:
		return fmt.Sprintf("requested %s", startLine(n.Msg))
	case call.Forwarded:
		return "forwarded to " + n.URI
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n), "call.")
}
