package config

import (
	"errors"
	"testing"
)

// TestInstance is TS 23.003 §13.8: the last digit is the spare one, not the check
// digit.
func TestInstance(t *testing.T) {
	const urn = "urn:gsma:imei:35622410-483840-0"
	for imei, want := range map[string]string{
		"":                "",
		"356224104838405": urn, "35622410483840": urn, "3562241048384012": urn, "35622410-483840-5": urn,
		"3562241048384": "", "35622410483840123": "", "35622410483840x": "", "+35622410483840": "",
	} {
		if got, ok := (&IMS{IMEI: imei}).Instance(); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", imei, got, ok)
		}
	}
}

// TestProblemsOfIMS holds the sentences about an account of an IMS core.
func TestProblemsOfIMS(t *testing.T) {
	const soft = "[[account]]\n[account.ims]\nsecret_file = \"k\"\nimsi = \"001010000000001\"\n"
	for _, c := range []struct{ text, want string }{
		{soft + "imei = \"12\"\n", `f:5: imei "12": write its 15 digits, or the 14 without the check digit`},
		{soft + "mnc_digits = 4\n", `f:5: mnc_digits 4: write 2 or 3, or leave it out`},
		{soft + "algorithms = [\"des-ede3-cbc\"]\n", `f:5: algorithms "des-ede3-cbc": use ` + suiteNames()},
		{soft + "pcscf = [\"\"]\n", `f:5: pcscf "sip:": write an address such as "192.0.2.1:5060" or "pcscf.example.org"`},
		{soft + "sim = \"chip\"\n", `f:5: sim "chip": write soft, pcsc, pcsc:READER, modem:DEVICE or none`},
		{soft + "sim = \"modem\"\n", `f:5: sim "modem": name the modem's device, such as "modem:/dev/ttyUSB2"`},
	} {
		_, err := Parse("f", []byte(c.text))
		var problems Problems
		if !errors.As(err, &problems) || problems.Error() != c.want {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}
