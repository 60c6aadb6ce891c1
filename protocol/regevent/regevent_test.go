package regevent

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// kamailio is what an S-CSCF sends after a de-registration by its HSS.
const kamailio = `<?xml version="1.0"?>
<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="2" state="full">
	<registration aor="sip:+15550001@ims.example.org" id="0x7f" state="terminated">
		<contact id="0x80" state="terminated" event="deactivated" expires="0" q="0.500">
			<uri>sip:001010000000001@10.46.0.21:30121;alias=10.46.0.21~31147~1</uri>
			<unknown-param name="+sip.instance">"&lt;urn:uuid:1&gt;"</unknown-param>
		</contact>
	</registration>
</reginfo>`

func ours(uri string) bool { return strings.Contains(uri, "@10.46.0.21:30121") }

func TestParse(t *testing.T) {
	d, err := Parse(kamailio)
	if err != nil || d.Version != 2 || !d.Full || len(d.Registrations) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	r := d.Registrations[0]
	if r.AOR != "sip:+15550001@ims.example.org" || r.State != Terminated || len(r.Contacts) != 1 || r.Contacts[0].Event != Deactivated || !ours(r.Contacts[0].URI) {
		t.Errorf("%+v", r)
	}
	prefixed := strings.NewReplacer("<reginfo xmlns=", "<r:reginfo xmlns:r=", "</reginfo", "</r:reginfo", "<registration", "<r:registration",
		"</registration", "</r:registration", "<contact", "<r:contact", "</contact", "</r:contact", "<uri", "<r:uri", "</uri", "</r:uri").Replace(kamailio)
	if again, err := Parse(prefixed); err != nil || !reflect.DeepEqual(again, d) {
		t.Errorf("with a prefix: %+v, %v", again, err)
	}
	for _, bad := range []string{"", "x", "<reginfo", "<other/>", `<reginfo version="-1"/>`, `<reginfo version="x"/>`, "<reginfo><registration></reginfo>"} {
		if d, err := Parse(bad); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: %+v, %v", bad, d, err)
		}
	}
	if _, err := Parse(strings.Repeat(" ", maxDocument+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("a long one: %v", err)
	}
}

func TestJudge(t *testing.T) {
	contact := func(s State, e Event, uri string) Contact {
		return Contact{State: s, Event: e, URI: uri, RetryAfter: time.Minute}
	}
	const us, other = "sip:a@10.46.0.21:30121", "sip:a@10.46.0.99:5060"
	for name, c := range map[string]struct {
		registrations []Registration
		want          Fate
	}{
		"active":       {[]Registration{{State: Active, Contacts: []Contact{contact(Active, Refreshed, us)}}}, Stands},
		"nobody":       {nil, Stands},
		"others":       {[]Registration{{State: Active, Contacts: []Contact{contact(Terminated, Rejected, other)}}}, Stands},
		"deactivated":  {[]Registration{{State: Terminated, Contacts: []Contact{contact(Terminated, Deactivated, us)}}}, Rejoin},
		"expired":      {[]Registration{{State: Terminated, Contacts: []Contact{contact(Terminated, Expired, us)}}}, Rejoin},
		"probation":    {[]Registration{{State: Terminated, Contacts: []Contact{contact(Terminated, Probation, us)}}}, Later},
		"rejected":     {[]Registration{{State: Terminated, Contacts: []Contact{contact(Terminated, Rejected, us)}}}, Barred},
		"unregistered": {[]Registration{{State: Terminated, Contacts: []Contact{contact(Terminated, Unregistered, us)}}}, Barred},
		"one of two identities": {[]Registration{
			{State: Terminated, Contacts: []Contact{contact(Terminated, Rejected, us)}},
			{State: Active, Contacts: []Contact{contact(Active, Registered, us)}}}, Stands},
		"a terminated identity with an active contact": {[]Registration{{State: Terminated, Contacts: []Contact{contact(Active, Deactivated, us)}}}, Rejoin},
		"a terminated identity":                        {[]Registration{{State: Terminated}}, Rejoin},
		"one of two identities terminated": {[]Registration{{State: Terminated},
			{State: Active, Contacts: []Contact{contact(Active, Registered, us)}}}, Stands},
		"another identity's end, and why ours ended": {[]Registration{{State: Terminated},
			{State: Terminated, Contacts: []Contact{contact(Terminated, Rejected, us)}}}, Barred},
	} {
		v := Document{Full: true, Registrations: c.registrations}.Judge(ours)
		if v.Fate != c.want {
			t.Errorf("%s: %+v", name, v)
		}
		if v.Fate == Later && v.RetryAfter != time.Minute {
			t.Errorf("%s: retry after %v", name, v.RetryAfter)
		}
	}
}

// TestJudgePartial: what has changed for one identity says nothing about the
// others.
func TestJudgePartial(t *testing.T) {
	d := Document{Registrations: []Registration{{State: Terminated}}}
	if v := d.Judge(ours); v.Fate != Stands {
		t.Errorf("%+v", v)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(kamailio)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(d.String())
		if err != nil || !reflect.DeepEqual(again, d) {
			t.Fatalf("%q → %q → %+v, %v", s, d.String(), again, err)
		}
	})
}
