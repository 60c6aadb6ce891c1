package actors

import (
	"testing"
	"time"
)

func TestExplain(t *testing.T) {
	now := time.Unix(1e9, 0)
	retry := now.Add(90 * time.Second)
	for _, c := range []struct {
		status AccountStatus
		want   string
	}{
		{AccountStatus{Name: "ims", State: "registered", AOR: "sip:a@b", Security: "ipsec",
			Associations: []AssociationStatus{{State: "draining", Algorithms: "old"}, {State: "active", Algorithms: "hmac-sha-1-96/aes-cbc"}},
			Notices:      []Notice{{Text: "SQN behind by 96, resynchronised"}}},
			"ims is registered as sip:a@b, protected by IPsec (hmac-sha-1-96/aes-cbc); lately: SQN behind by 96, resynchronised."},
		{AccountStatus{Name: "ims", State: "registered", AOR: "sip:a@b", Security: "none"},
			"ims is registered as sip:a@b, but ipsec = off: all signalling goes in the clear, and anybody on its way can read and forge it."},
		{AccountStatus{Name: "line1", State: "registered", AOR: "sip:a@b"}, "line1 is registered as sip:a@b."},
		{AccountStatus{Name: "ims", State: "failed", Text: "AUTN MAC wrong", Retry: &retry},
			"ims is not registered: AUTN MAC wrong; tried again in 1m30s."},
		{AccountStatus{Name: "ims", State: "unregistered"}, "ims is not registered: nobody has asked it to: imsphone register ims."},
		{AccountStatus{Name: "ims", State: "registering"}, "ims is registering: the network has not answered yet."},
		{AccountStatus{Name: "ims", State: "registering", Notices: []Notice{{Text: "x"}}}, "ims is registering; lately: x."},
		{AccountStatus{Name: "ims", State: "registering", Text: "AUTN MAC wrong"},
			"ims is registering; the last try failed: AUTN MAC wrong."},
		{AccountStatus{Name: "d", State: "disabled"}, "d doesn't register, as its register = false says; direct calls work."},
	} {
		if got := c.status.Explain(now); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
