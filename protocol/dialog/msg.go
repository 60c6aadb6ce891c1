package dialog

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// values gives all elements of a header of m.
func values(m *sip.Message, id sip.HeaderID) []string {
	return slices.Collect(m.Values(id))
}

// addFields adds each field to the draft.
func addFields(draft *sip.Draft, fields []sip.Field) {
	for _, f := range fields {
		if f.ID == sip.HOther {
			draft.AddOther(f.Name, f.Value)
		} else {
			draft.Add(f.ID, f.Value)
		}
	}
}

// withTag adds the tag to a From or To value that has none.
func withTag(value, tag string) string {
	if tag == "" {
		return value
	}
	return value + ";tag=" + tag
}

// seqOf gives the CSeq number of a message, 0 when it can't be read.
func seqOf(m *sip.Message) uint32 {
	c, _ := m.CSeq()
	return c.Seq
}

// isReliable tells whether m is a reliable provisional response (RFC 3262 §4).
func isReliable(m *sip.Message) bool {
	return m.Status() > 100 && m.Status() < 200 && m.HasOption(sip.HRequire, "100rel") && m.Has(sip.HRSeq)
}

// rack is a RAck value (RFC 3262 §7.2).
type rack struct {
	rseq   uint32
	invite sip.CSeq
}

// rackOf reads the RAck of a PRACK.
func rackOf(m *sip.Message) (rack, bool) {
	number, rest, found := strings.Cut(m.Get(sip.HRAck), " ")
	n, err := strconv.ParseUint(number, 10, 32)
	if !found || err != nil {
		return rack{}, false
	}
	c, err := sip.ParseCSeq(strings.TrimSpace(rest))
	return rack{rseq: uint32(n), invite: c}, err == nil
}

// SDP gives the session description of a message, alone or as a part of a
// multipart body; "" when there is none.
func SDP(m *sip.Message) string {
	body, _ := m.BodyOf(SDPType)
	return body
}

// contactURI gives the URI of the first Contact, "" for none.
func contactURI(m *sip.Message) string {
	c, err := m.Contact()
	if err != nil {
		return ""
	}
	return c.URI.String()
}

// StatusOf gives the status that stands for a request without response: 408 for
// a timeout, 503 for any other error (RFC 3261 §8.1.3.1).
func StatusOf(err error) int {
	if errors.Is(err, txn.ErrTimeout) {
		return 408
	}
	return 503
}
