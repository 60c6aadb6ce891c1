package sip

import "strings"

// Equal compares two URIs by RFC 3261 §19.1.4: user and password with case,
// everything else without; escapes mean what they stand for; a port or one of
// the parameters user, ttl, method, maddr and transport that only one of them
// has makes them differ, any other parameter does only if both have it.
// tel URIs are compared by RFC 3966 §4, others character by character.
func (u URI) Equal(v URI) bool {
	if !EqualFold(u.Scheme, v.Scheme) {
		return false
	}
	if EqualFold(u.Scheme, "tel") {
		return equalTel(u, v)
	}
	return Unescape(u.User) == Unescape(v.User) && Unescape(u.Password) == Unescape(v.Password) &&
		EqualFold(u.Host, v.Host) && u.Port == v.Port && u.Opaque == v.Opaque &&
		paramsAgree(u, v) && paramsAgree(v, u) && sameHeaders(u.Headers, v.Headers)
}

// paramsAgree tells whether nothing in u's parameters speaks against v's.
func paramsAgree(u, v URI) bool {
	for name, value := range u.Params.All() {
		name = toLower(Unescape(name))
		other, ok := v.Param(name)
		switch {
		case ok:
			if !EqualFold(Unescape(value), other) {
				return false
			}
		case name == "user", name == "ttl", name == "method", name == "maddr", name == "transport":
			return false
		}
	}
	return true
}

// sameHeaders compares URI headers as sets.
func sameHeaders(a, b string) bool {
	if a == b {
		return true
	}
	as, bs := strings.Split(a, "&"), strings.Split(b, "&")
	if len(as) != len(bs) {
		return false
	}
	for _, h := range as {
		found := false
		for i, g := range bs {
			if sameHeader(h, g) {
				bs = append(bs[:i], bs[i+1:]...)
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func sameHeader(a, b string) bool {
	an, av, _ := strings.Cut(a, "=")
	bn, bv, _ := strings.Cut(b, "=")
	return EqualFold(Unescape(an), Unescape(bn)) && Unescape(av) == Unescape(bv)
}

// equalTel ignores visual separators, and wants the same parameters in any
// order (RFC 3966 §4).
func equalTel(u, v URI) bool {
	return EqualFold(plainNumber(u.Opaque), plainNumber(v.Opaque)) && telParams(u, v) && telParams(v, u)
}

func telParams(u, v URI) bool {
	for name, value := range u.Params.All() {
		other, ok := v.Param(Unescape(name))
		if !ok || !EqualFold(plainNumber(Unescape(value)), plainNumber(other)) {
			return false
		}
	}
	return true
}

// plainNumber drops the visual separators of a telephone number.
func plainNumber(s string) string {
	if !strings.ContainsAny(s, "-.()") {
		return s
	}
	return strings.NewReplacer("-", "", ".", "", "(", "", ")", "").Replace(s)
}
