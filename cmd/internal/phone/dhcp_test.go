package phone

import (
	"slices"
	"testing"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
)

func TestPCSCFsOfDHCP(t *testing.T) {
	dhcp := func() []string { return []string{"192.0.2.60", "[2001:db8::60]", "pcscf.example.org"} }
	uris := []string{"sip:192.0.2.60;transport=udp", "sip:[2001:db8::60];transport=udp", "sip:pcscf.example.org;transport=udp"}
	home := config.Account{Transport: "udp", Registrar: "sip:example.org", Proxy: "sip:example.org;transport=udp"}
	sim := config.Account{Transport: "udp"}
	proxy := home
	proxy.Proxy = "sip:192.0.2.9;transport=udp"
	for _, c := range []struct {
		name    string
		account config.Account
		known   []string
		servers func() []string
		want    []string
	}{
		{"nobody else names one", home, nil, dhcp, uris},
		{"the user is that of the SIM", sim, nil, dhcp, uris},
		{"configuration or SIM names one", home, []string{"sip:192.0.2.1"}, dhcp, []string{"sip:192.0.2.1"}},
		{"configuration names a proxy", proxy, nil, dhcp, nil},
		{"DHCP names none", home, nil, func() []string { return nil }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			account := actors.AccountConfig{Proxy: c.account.Proxy, IMS: &actors.IMSConfig{PCSCF: c.known}}
			used := useDHCP(&account, c.account, c.servers)
			if !slices.Equal(account.IMS.PCSCF, c.want) {
				t.Errorf("P-CSCFs %q, want %q", account.IMS.PCSCF, c.want)
			}
			if wantUsed := len(c.known) == 0 && len(c.want) > 0; used != wantUsed {
				t.Errorf("used: %v", used)
			}
			if used && account.Proxy != uris[0] || !used && account.Proxy != c.account.Proxy {
				t.Errorf("proxy %q", account.Proxy)
			}
		})
	}
}
