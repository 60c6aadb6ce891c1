package call

import (
	"slices"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

// addFields adds each field to the draft.
func addFields(d *sip.Draft, fields []sip.Field) {
	for _, f := range fields {
		if f.ID == sip.HOther {
			d.AddOther(f.Name, f.Value)
		} else {
			d.Add(f.ID, f.Value)
		}
	}
}

// caller reads who calls (RFC 3325 §9.1, RFC 3323 §4.2).
func caller(m *sip.Message, trusted bool) Arrived {
	a, _ := m.From()
	who := Arrived{Name: a.Display, URI: a.URI.String(), Private: isPrivate(m, a)}
	if !trusted {
		return who
	}
	for asserted, err := range m.Addresses(sip.HPAssertedIdentity) {
		if err == nil {
			who.Name, who.URI, who.Asserted = asserted.Display, asserted.URI.String(), true
			break
		}
	}
	return who
}

// isPrivate tells whether the caller wants to stay unknown.
func isPrivate(m *sip.Message, from sip.Address) bool {
	for _, v := range strings.Split(m.Get(sip.HPrivacy), ";") {
		if v = strings.TrimSpace(v); sip.EqualFold(v, "id") || sip.EqualFold(v, "user") || sip.EqualFold(v, "header") {
			return true
		}
	}
	return strings.HasSuffix(strings.ToLower(from.URI.Host), ".invalid")
}

// acceptsSDP tells whether the caller can read SDP; one without Accept can (RFC
// 3261 §20.1).
func acceptsSDP(m *sip.Message) bool {
	if !m.Has(sip.HAccept) {
		return true
	}
	for v := range m.Values(sip.HAccept) {
		kind, _, _ := strings.Cut(v, ";")
		kind = strings.TrimSpace(kind)
		if sip.EqualFold(kind, dialog.SDPType) || sip.EqualFold(kind, "application/*") || kind == "*/*" {
			return true
		}
	}
	return false
}

// contactsByQ gives the Contact URIs of a 3xx, the best first (RFC 3261
// §8.1.3.4); equal ones stay in their order.
func contactsByQ(m *sip.Message) []string {
	type target struct {
		uri string
		q   float64
	}
	var all []target
	for a, err := range m.Contacts() {
		if err != nil {
			continue
		}
		q := 1.0
		if s, ok := a.Params.Get("q"); ok {
			q, _ = strconv.ParseFloat(s, 64)
		}
		a.URI.Headers = ""
		all = append(all, target{a.URI.String(), q})
	}
	slices.SortStableFunc(all, func(a, b target) int {
		switch {
		case a.q > b.q:
			return -1
		case a.q < b.q:
			return 1
		}
		return 0
	})
	uris := make([]string, len(all))
	for i, t := range all {
		uris[i] = t.uri
	}
	return uris
}

// callable tells whether an INVITE can go to the URI at all.
func callable(uri string) bool {
	u, err := sip.ParseURI(uri)
	return err == nil && (u.Scheme == "sip" || u.Scheme == "sips" || u.Scheme == "tel")
}
