package phone

import (
	"slices"
	"testing"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/sim"
)

// TestSubscribe: what is configured goes before what the SIM says.
func TestSubscribe(t *testing.T) {
	card, err := sim.Derive("001010000000001", 2)
	if err != nil {
		t.Fatal(err)
	}
	card.PCSCF = []string{"192.0.2.1"}
	for name, c := range map[string]struct {
		account config.Account
		aor     string
		private string
		home    string
		pcscf   []string
		id      string
	}{
		"the SIM": {config.Account{Name: "a", Transport: "tcp", IMS: &config.IMS{IPsec: "auto"}},
			"sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org", "001010000000001@ims.mnc001.mcc001.3gppnetwork.org",
			"ims.mnc001.mcc001.3gppnetwork.org", []string{"sip:192.0.2.1;transport=tcp"}, "urn:uuid:1"},
		"the configuration": {config.Account{Name: "a", User: "sip:alice@example.org", IMS: &config.IMS{IPsec: "auto", IMPI: "alice@private",
			Domain: "example.org", PCSCF: []string{"sip:192.0.2.9;transport=udp"}, IMEI: "356224104838405"}},
			"sip:alice@example.org", "alice@private", "example.org", []string{"sip:192.0.2.9;transport=udp"}, "urn:gsma:imei:35622410-483840-0"},
	} {
		t.Run(name, func(t *testing.T) {
			account := actors.AccountConfig{InstanceID: "urn:uuid:1"}
			if err := subscribe(&account, c.account, card, true); err != nil {
				t.Fatal(err)
			}
			ims := account.IMS
			if account.AOR != c.aor || account.Registrar != "sip:"+c.home || account.InstanceID != c.id || account.Proxy != c.pcscf[0] ||
				ims.PrivateID != c.private || ims.Realm != c.home || !slices.Equal(ims.PCSCF, c.pcscf) || !ims.IPsec || ims.SIM != "a" {
				t.Errorf("%+v, %+v", account, ims)
			}
		})
	}
	if err := subscribe(&actors.AccountConfig{}, config.Account{IMS: &config.IMS{}}, sim.Identity{}, false); err == nil {
		t.Error("a subscriber without an identity")
	}
}
