package dialog

import "github.com/imsphone/imsphone/protocol/sip"

// route is where the requests of a dialog go (RFC 3261 §12.2.1.1).
type route struct {
	// target is the remote target: the URI of the peer's Contact.
	target string
	// set are the Route values, nearest hop first.
	set []string
}

// routeOfRequest is the route set of a UAS: the Record-Route values in their
// order (RFC 3261 §12.1.1).
func routeOfRequest(m *sip.Message) route {
	r := route{set: values(m, sip.HRecordRoute)}
	if from, err := m.From(); err == nil {
		r.target = from.URI.String() // should there be no Contact
	}
	r.refreshTarget(m)
	return r
}

// routeOfResponse is the route set of a UAC: the Record-Route values in reverse
// (RFC 3261 §12.1.2).
func routeOfResponse(m *sip.Message) route {
	set := values(m, sip.HRecordRoute)
	for i, j := 0, len(set)-1; i < j; i, j = i+1, j-1 {
		set[i], set[j] = set[j], set[i]
	}
	r := route{set: set}
	if to, err := m.To(); err == nil {
		r.target = to.URI.String() // should there be no Contact
	}
	r.refreshTarget(m)
	return r
}

// refreshTarget takes a new remote target from a target refresh request or its
// 2xx (RFC 3261 §12.2); one without Contact keeps the old.
func (r *route) refreshTarget(m *sip.Message) {
	if uri := contactURI(m); uri != "" {
		r.target = uri
	}
}

// path is a route as one request writes it.
type path struct {
	uri    string   // request-URI
	routes []string // Route values
	hop    string   // the URI that decides where it goes
}

// path writes the route for a request. When the nearest hop is a strict router
// (no lr parameter) its URI is the request-URI and the target is the last Route
// (RFC 3261 §12.2.1.1).
func (r *route) path() path {
	if len(r.set) == 0 {
		return path{uri: r.target, hop: r.target}
	}
	first, err := sip.ParseAddress(r.set[0])
	if err != nil {
		return path{uri: r.target, routes: r.set, hop: r.target}
	}
	if first.URI.Params.Has("lr") {
		return path{uri: r.target, routes: r.set, hop: first.URI.String()}
	}
	hop := first.URI.String()
	first.URI.Headers = ""
	first.URI.Params = first.URI.Params.Without("method")
	routes := append([]string{}, r.set[1:]...)
	return path{uri: first.URI.String(), routes: append(routes, "<"+r.target+">"), hop: hop}
}

// Path writes a request to target over the route set: its request-URI, its
// Route values, and the URI that decides where it goes (RFC 3261 §12.2.1.1,
// which §8.1.1.1 has preloaded route sets follow too).
func Path(target string, set []string) (uri string, routes []string, hop string) {
	r := route{target: target, set: set}
	p := r.path()
	return p.uri, p.routes, p.hop
}
