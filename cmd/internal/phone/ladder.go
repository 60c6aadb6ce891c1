package phone

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/ladder"
	"github.com/imsphone/imsphone/protocol/sip"
)

// Record is one SIP message of the phone, as the trace command gives it.
type Record struct {
	Time    time.Time `json:"time"`
	Account string    `json:"account"`
	// Out tells that the phone sent it. Local and Remote are its ends.
	Out    bool   `json:"out"`
	Proto  string `json:"proto"`
	Local  string `json:"local"`
	Remote string `json:"remote"`
	// Protected tells that it went through security associations.
	Protected bool   `json:"protected,omitempty"`
	CallID    string `json:"callId"`
	CSeq      string `json:"cseq"`
	// Label is the method, or status and reason.
	Label    string `json:"label"`
	Response bool   `json:"response"`
	Raw      string `json:"raw"`
}

// Records turns a phone's trace into what can be shown. What proves the
// knowledge of a secret is taken out.
func Records(trace []actors.TraceRecord) []Record {
	list := make([]Record, 0, len(trace))
	for _, r := range trace {
		msg, err := sip.Parse([]byte(r.Raw))
		if msg == nil || err != nil {
			continue
		}
		list = append(list, Record{Time: r.Time, Account: r.Account, Out: r.Out, Proto: r.Flow.Proto.String(),
			Local: r.Flow.Local.String(), Remote: r.Flow.Remote.String(), Protected: r.Flow.Gen != 0, CallID: msg.CallID(), CSeq: msg.Get(sip.HCSeq),
			Label: label(msg), Response: !msg.IsRequest(), Raw: redact(r.Raw)})
	}
	return list
}

func label(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.Method())
	}
	return fmt.Sprintf("%d %s", m.Status(), m.Reason())
}

// proofs are the digest parameters that an offline search could turn into the
// password: a client's response and a server's rspauth (RFC 7616 §3.4, §3.5).
// Some cores let the session keys ck and ik of TS 24.229 §5.2.2.2 out to the
// phone.
var proofs = regexp.MustCompile(`(?i)\b((?:response|rspauth|ck|ik)\s*=\s*)(?:"[^"\r\n]*"?|[^",\s]+)`)

// redact blanks the proofs in a message.
func redact(raw string) string { return proofs.ReplaceAllString(raw, `${1}"…"`) }

// OfCall keeps the records with a Call-ID; an empty one keeps all.
func OfCall(records []Record, callID string) []Record {
	if callID == "" {
		return records
	}
	var list []Record
	for _, r := range records {
		if r.CallID == callID {
			list = append(list, r)
		}
	}
	return list
}

// Ladder draws one phone's records: the phone at the left, each far end by its
// address; without the port where there are security associations, which have
// ports of their own.
func Ladder(records []Record) ladder.Chart {
	var c ladder.Chart
	guarded := slices.ContainsFunc(records, func(r Record) bool { return r.Protected })
	for _, r := range records {
		from, to := r.Account, r.Remote
		if at, err := netip.ParseAddrPort(r.Remote); err == nil && guarded {
			to = at.Addr().String()
		}
		if len(c.Parties) == 0 {
			c.Parties = []string{from}
		}
		if !r.Out {
			from, to = to, from
		}
		c.Messages = append(c.Messages, ladder.Message{At: r.Time.Sub(records[0].Time), From: from, To: to, Label: r.Label, ID: r.CSeq, Response: r.Response, Protected: r.Protected})
	}
	return c
}
