package call

import (
	"strings"
	"testing"
)

func TestNumber(t *testing.T) {
	for s, want := range map[string]string{
		"+49 30 123 456": "+4930123456", "(030) 123-45": "03012345", "030/12345": "03012345", "+1-201-555-0123": "+12015550123",
		"+33\u00a01\u202f23": "+33123", "555\u20110123": "5550123", "*21*30#": "*21*30#", " 7 ": "7", "1.2": "12",
		"10.0.0.1": "", "bob": "", "bob-1": "", "1+2": "", "++1": "", "+": "", "": "", "-": "", "1;x=2": "", "1\r\n2": "", "1@h": "", "٣": "",
	} {
		if got, ok := Number(s); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", s, got, ok)
		}
	}
}

// FuzzNumber: what comes out is a number that stays as it is, and no emergency
// call that wasn't one before.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"+49 (30) 1/2-3.4", "1 1/2", "10.0.0.1", "bob", "+", "*#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, ok := Number(s)
		if !ok {
			return
		}
		if rest := strings.Trim(strings.TrimPrefix(number, "+"), "0123456789*#"); rest != "" || strings.TrimPrefix(number, "+") == "" {
			t.Errorf("%q became %q", s, number)
		}
		if again, ok := Number(number); again != number || !ok {
			t.Errorf("%q became %q, then %q", s, number, again)
		}
		if Emergency(number) != Emergency(s) {
			t.Errorf("%q: an emergency call is %v, that of %q %v", s, Emergency(s), number, Emergency(number))
		}
	})
}
