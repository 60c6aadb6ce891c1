package sim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/hw/sim"
)

func TestDerive(t *testing.T) {
	for _, test := range []struct {
		imsi   string
		digits int
		domain string // "" is an error
	}{
		{"001010123456789", 2, "ims.mnc001.mcc001.3gppnetwork.org"},
		{"001010123456789", 3, "ims.mnc010.mcc001.3gppnetwork.org"},
		{"310150123456789", 3, "ims.mnc150.mcc310.3gppnetwork.org"},
		{"234150999999999", 2, "ims.mnc015.mcc234.3gppnetwork.org"}, // the example of TS 23.003 §13.3
		{"310150123456789", 0, "ims.mnc150.mcc310.3gppnetwork.org"},
		{"302720123456789", 0, "ims.mnc720.mcc302.3gppnetwork.org"},
		{"262011234567890", 0, "ims.mnc001.mcc262.3gppnetwork.org"},
		{"001010123456789", 4, ""},
		{"00101", 2, ""},
		{"0010101234567890", 2, ""},
		{"00101012345678x", 2, ""},
	} {
		id, err := sim.Derive(test.imsi, test.digits)
		if test.domain == "" {
			if err == nil {
				t.Errorf("%s, %d digits: no error", test.imsi, test.digits)
			}
			continue
		}
		if err != nil || id.Domain != test.domain || id.Private != test.imsi+"@"+test.domain || id.Public[0] != "sip:"+id.Private || !id.Temporary {
			t.Errorf("%s, %d digits: %+v, %v", test.imsi, test.digits, id, err)
		}
	}
}

func TestSecretsDontPrint(t *testing.T) {
	config := sim.Config{PIN: sim.NewSecret("4711")}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		fmt.Sprint(config), fmt.Sprintf("%+v", config), fmt.Sprintf("%#v", config), fmt.Sprintf("%x", config),
		fmt.Sprintf("%s", config.PIN), fmt.Sprintf("%d", config.PIN), string(text),
	} {
		if strings.Contains(printed, "4711") || strings.Contains(printed, fmt.Sprintf("%x", "4711")) {
			t.Errorf("%q tells the PIN", printed)
		}
	}
}
