package hss

import "testing"

func TestCanonical(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:Alice@IMS.Example.ORG":             "sip:Alice@ims.example.org",
		"SIP:alice@example.org;user=phone?a=b":  "sip:alice@example.org",
		"sip:+1555;phone-context=x@Example.org": "sip:+1555@example.org",
		"sip:Example.org;lr":                    "sip:example.org",
		"tel:+1-555-00.01;ext=5":                "tel:+15550001",
		"Tel:(0)55":                             "tel:055",
		"nonsense":                              "nonsense",
		"":                                      "",
	} {
		if got := canonical(uri); got != want {
			t.Errorf("%q is %q, want %q", uri, got, want)
		}
	}
}

func TestTelForm(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:+1-555-0001@example.org;user=phone": "tel:+15550001",
		"sip:alice@example.org":                  "",
		"sip:5550001@example.org":                "",
		"tel:+15550001":                          "",
		"sip:example.org":                        "",
		"":                                       "",
	} {
		if got := telForm(uri); got != want {
			t.Errorf("%q is %q, want %q", uri, got, want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("sip:+1-555;x@Example.org;user=phone?a=b")
	f.Add("tel:+1-555;ext=3")
	f.Add(":;@0")
	f.Add(":@@")
	f.Fuzz(func(t *testing.T, uri string) {
		once := canonical(uri)
		if twice := canonical(once); twice != once {
			t.Errorf("%q becomes %q, then %q", uri, once, twice)
		}
		if tel := telForm(uri); tel != "" && canonical(tel) != tel {
			t.Errorf("%q has the tel form %q", uri, tel)
		}
	})
}
