package actors

import (
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestAnOfferKeepsItsServerPort: once the sets that shared it are gone, no other
// line may get it.
func TestAnOfferKeepsItsServerPort(t *testing.T) {
	ports := newAllocator(31000, 31007)
	l := &lineActor{account: AccountConfig{IMS: &IMSConfig{}}, ims: &imsLine{allocator: ports}}
	first, err := l.offer(0)
	if err != nil {
		t.Fatal(err)
	}
	l.ims.offered = secagree.End{}
	l.ims.sets.Step(time.Now(), secagree.Agreed{Gen: 1, Set: secagree.Set{UE: first.End}}, nil)
	second, err := l.offer(first.End.ServerPort)
	if err != nil {
		t.Fatal(err)
	}
	before := l.ims.sets.Members()
	l.ims.sets.Step(time.Now(), secagree.Released{}, nil)
	l.releaseSet(before, 1)
	shared := second.End.ServerPort
	taken := func() bool {
		var all []secagree.End
		defer func() {
			for _, e := range all {
				ports.Release(e, true)
			}
		}()
		for {
			e, ok := ports.Allocate(0)
			if !ok {
				return slices.ContainsFunc(all, func(e secagree.End) bool { return e.ServerPort == shared || e.ClientPort == shared })
			}
			all = append(all, e)
		}
	}
	if taken() {
		t.Error("another line got the port of what is on offer")
	}
	l.giveBack()
	if !taken() {
		t.Error("the port is never free again")
	}
}

// TestPreloadedRoutes: they are those of the last registration alone.
func TestPreloadedRoutes(t *testing.T) {
	for _, c := range []struct {
		proxy   string
		service []string
		want    []string
	}{
		{"", nil, nil},
		{"", []string{"<sip:s;lr>"}, []string{"<sip:s;lr>"}},
		{"sip:p", nil, []string{"<sip:p;lr>"}},
		{"sip:p", []string{"<sip:s;lr>"}, []string{"<sip:p;lr>", "<sip:s;lr>"}},
		{"sip:p", []string{"<sip:p;lr>", "<sip:s;lr>"}, []string{"<sip:p;lr>", "<sip:s;lr>"}},
	} {
		l := &lineActor{account: AccountConfig{Proxy: c.proxy}}
		if got := l.preloaded(c.service); !slices.Equal(got, c.want) {
			t.Errorf("%q with %q: %q, want %q", c.proxy, c.service, got, c.want)
		}
	}
}
