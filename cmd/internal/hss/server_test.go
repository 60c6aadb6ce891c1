package hss_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
	"github.com/imsphone/imsphone/protocol/aka"
)

func TestCapabilities(t *testing.T) {
	_, addr := serve(t, hss.Config{Store: newStore(t)})
	for _, tc := range []struct {
		name string
		avp  diameter.AVP
		want uint32
	}{
		{"Cx of 3GPP", (&client{}).cxApplication(), diameter.Success},
		{"Cx by itself", diameter.AuthApplicationID.Uint32(diameter.Cx), diameter.Success},
		{"relay", diameter.AuthApplicationID.Uint32(diameter.Relay), diameter.Success},
		{"credit control", diameter.AuthApplicationID.Uint32(4), diameter.NoCommonApplication},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := dial(t, addr, "icscf."+realm)
			a := c.ask(diameter.CapabilitiesExchange, 0, tc.avp)
			wantResult(t, a, tc.want, false)
			if tc.want != diameter.Success {
				if _, err := diameter.Read(c.r); !errors.Is(err, io.EOF) {
					t.Errorf("the connection gives %v", err)
				}
				return
			}
			if diameter.FindText(a.AVPs, diameter.OriginHost) != "hss."+realm || diameter.FindText(a.AVPs, diameter.OriginRealm) != realm {
				t.Errorf("the HSS is %v", a.AVPs)
			}
			app, _ := diameter.FindUint32(diameter.FindGroup(a.AVPs, diameter.VendorSpecificApplicationID), diameter.AuthApplicationID)
			address, _ := diameter.Find(a.AVPs, diameter.HostIPAddress)
			if app != diameter.Cx || string(address.Data) != "\x00\x01\x7f\x00\x00\x01" {
				t.Errorf("application %d at %x", app, address.Data)
			}
		})
	}
}

func TestBaseProtocol(t *testing.T) {
	_, addr := serve(t, hss.Config{Store: newStore(t)})
	c := connect(t, addr, "icscf."+realm)
	wantResult(t, c.ask(diameter.DeviceWatchdog, 0), diameter.Success, false)
	wantResult(t, c.ask(272, diameter.Cx), diameter.CommandUnsupported, false)
	wantResult(t, c.ask(diameter.UserAuthorization, 4), diameter.ApplicationUnsupported, false)
	c.send(diameter.Message{Command: diameter.RegistrationTermination, Application: diameter.Cx, HopByHop: 77}) // nobody asked
	wantResult(t, c.ask(diameter.DisconnectPeer, 0, diameter.DisconnectCause.Uint32(0)), diameter.Success, false)
	if _, err := diameter.Read(c.r); !errors.Is(err, io.EOF) {
		t.Errorf("after DPA the connection gives %v", err)
	}
}

func TestUnfitConnections(t *testing.T) {
	_, addr := serve(t, hss.Config{Store: newStore(t)})
	for name, b := range map[string][]byte{
		"a request before CER": diameter.Message{Flags: diameter.Request, Command: diameter.DeviceWatchdog}.Append(nil),
		"CER without a name":   diameter.Message{Flags: diameter.Request, Command: diameter.CapabilitiesExchange}.Append(nil),
		"HTTP":                 []byte("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr, "")
			if _, err := c.conn.Write(b); err != nil {
				t.Fatal(err)
			}
			var netErr net.Error
			if m, err := diameter.Read(c.r); err == nil || errors.As(err, &netErr) && netErr.Timeout() {
				t.Errorf("answer %v, error %v; want the connection closed", m, err)
			}
		})
	}
}

// A registration as the I-CSCF and the S-CSCF walk it, with a card that is
// ahead of the HSS, and its end by the network.
func TestRegistration(t *testing.T) {
	store := newStore(t)
	s, addr := serve(t, hss.Config{Store: store, Capabilities: []uint32{5}, Charging: hss.Charging{PrimaryCollection: "aaa://ccf"}})
	icscf, s1 := connect(t, addr, "icscf."+realm), connect(t, addr, "scscf."+realm)
	if d := cmp.Diff([]string{"icscf." + realm, "scscf." + realm}, s.Peers()); d != "" {
		t.Error(d)
	}

	a := icscf.cx(diameter.UserAuthorization, impi, barred, diameter.VisitedNetworkIdentifier.Text(realm))
	wantResult(t, a, diameter.FirstRegistration, true)
	capabilities := diameter.FindGroup(a.AVPs, diameter.ServerCapabilities)
	if c, _ := diameter.FindUint32(capabilities, diameter.MandatoryCapability); c != 5 || diameter.FindText(capabilities, diameter.ServerName) != scscf {
		t.Errorf("capabilities %v", capabilities)
	}
	wantResult(t, icscf.cx(diameter.LocationInfo, "", impu), diameter.ErrorIdentityNotRegistered, true)

	ahead := aka.State{7: 1000}
	card, err := aka.NewUSIM(aka.NewMilenageOPc(testK, testOPc), ahead, aka.Limits{Age: 10})
	if err != nil {
		t.Fatal(err)
	}
	rand, autn, _ := vector(t, s1.mar(impi, barred, "unknown", nil))
	_, err = card.Authenticate(rand, autn)
	var sync *aka.SyncError
	if !errors.As(err, &sync) {
		t.Fatalf("the card says %v, want it out of step", err)
	}
	rand, autn, keys := vector(t, s1.mar(impi, barred, diameter.SchemeAKAv1, append(rand[:], sync.AUTS[:]...)))
	result, err := card.Authenticate(rand, autn)
	if err != nil || !result.Keys.Equal(keys) || result.AMF != (aka.AMF{0x80, 0}) {
		t.Fatalf("the card says %v; keys equal: %v", err, result.Keys.Equal(keys))
	}

	a = icscf.cx(diameter.UserAuthorization, impi, barred)
	wantResult(t, a, diameter.SubsequentRegistration, true)
	if name := diameter.FindText(a.AVPs, diameter.ServerName); name != scscf {
		t.Errorf("S-CSCF %q", name)
	}

	a = s1.sar(impi, barred, hss.InitialRegistration)
	wantResult(t, a, diameter.Success, false)
	var profile struct {
		PrivateID string
		Profile   struct {
			Identities []struct {
				Barred   int    `xml:"BarringIndication"`
				Identity string `xml:"Identity"`
			} `xml:"PublicIdentity"`
		} `xml:"ServiceProfile"`
	}
	if err := xml.Unmarshal([]byte(diameter.FindText(a.AVPs, diameter.UserData)), &profile); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(profile); got != fmt.Sprintf("{%s {[{1 %s} {0 %s} {0 %s}]}}", impi, barred, impu, tel) {
		t.Error("profile", got)
	}
	if c := diameter.FindText(diameter.FindGroup(a.AVPs, diameter.ChargingInformation), diameter.PrimaryChargingCollection); c != "aaa://ccf" {
		t.Errorf("charging at %q", c)
	}
	a = s1.sar(impi, barred, hss.ReRegistration, diameter.UserDataAlreadyAvailable.Uint32(diameter.AlreadyAvailable))
	wantResult(t, a, diameter.Success, false)
	if _, ok := diameter.Find(a.AVPs, diameter.UserData); ok {
		t.Error("a profile that is available already")
	}

	for _, uri := range []string{impu, tel, "TEL:+1-555-0001", "sip:+1555-0001@" + strings.ToUpper(realm) + ";user=phone", "sip:+15550001@other.example.org;user=phone"} {
		a = icscf.cx(diameter.LocationInfo, "", uri)
		wantResult(t, a, diameter.Success, false)
		if name := diameter.FindText(a.AVPs, diameter.ServerName); name != scscf {
			t.Errorf("%s is at %q", uri, name)
		}
	}

	terminate(t, s, s1)
	if r, err := store.Registration(impi); err != nil || r != (hss.Registration{}) {
		t.Errorf("after RTR: %+v, %v", r, err)
	}
	wantResult(t, icscf.cx(diameter.LocationInfo, "", tel), diameter.ErrorIdentityNotRegistered, true)

	var commands []string
	for _, e := range s.Journal() {
		commands = append(commands, fmt.Sprintf("%s %d %v %d", e.Command, e.Result, e.Resync, e.Assignment))
	}
	want := []string{
		"UAR 2001 false 0", "LIR 5003 false 0", "MAR 2001 false 0", "MAR 2001 true 0", "UAR 2002 false 0", "SAR 2001 false 1", "SAR 2001 false 2",
		"LIR 2001 false 0", "LIR 2001 false 0", "LIR 2001 false 0", "LIR 2001 false 0", "LIR 2001 false 0", "RTR 2001 false 0", "LIR 5003 false 0",
	}
	if d := cmp.Diff(want, commands); d != "" {
		t.Error(d)
	}
}

// terminate has the network end alice's registration, and answers as S-CSCF.
func terminate(t *testing.T, s *hss.Server, c *client) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		done <- s.Deregister(t.Context(), impi, nil, hss.PermanentTermination, "lost phone")
	}()
	q := c.read()
	if !q.IsRequest() || q.Command != diameter.RegistrationTermination || q.Application != diameter.Cx {
		t.Fatalf("not an RTR: %+v", q)
	}
	reason := diameter.FindGroup(q.AVPs, diameter.DeregistrationReason)
	code, ok := diameter.FindUint32(reason, diameter.ReasonCode)
	if !ok || code != 0 || diameter.FindText(reason, diameter.ReasonInfo) != "lost phone" {
		t.Errorf("reason %v", reason)
	}
	var impus []string
	for _, a := range q.AVPs {
		if a.Code == 601 {
			impus = append(impus, string(a.Data))
		}
	}
	if d := cmp.Diff([]string{barred, impu, tel}, impus); d != "" {
		t.Error(d)
	}
	for attribute, want := range map[diameter.Attribute]string{
		diameter.UserName: impi, diameter.DestinationHost: c.host, diameter.DestinationRealm: realm,
		diameter.OriginHost: "hss." + realm, diameter.SessionID: "hss." + realm + ";0;1",
	} {
		if got := diameter.FindText(q.AVPs, attribute); got != want {
			t.Errorf("attribute %d is %q, want %q", attribute, got, want)
		}
	}
	a := q.Answer()
	a.AVPs = append(append(a.AVPs, c.origin()...), diameter.ResultCode.Uint32(diameter.Success))
	c.send(a)
	if err := <-done; err != nil {
		t.Error("Deregister:", err)
	}
}

func TestDeregisterFails(t *testing.T) {
	store := newStore(t)
	s, addr := serve(t, hss.Config{Store: store})
	if err := s.Deregister(t.Context(), "nobody", nil, hss.RemoveSCSCF, ""); !errors.Is(err, hss.ErrUserUnknown) {
		t.Error("an unknown user:", err)
	}
	if err := s.Deregister(t.Context(), impi, nil, hss.RemoveSCSCF, ""); !errors.Is(err, hss.ErrNoSCSCF) {
		t.Error("never registered:", err)
	}
	c := connect(t, addr, "scscf."+realm)
	wantResult(t, c.sar(impi, impu, hss.InitialRegistration), diameter.Success, false)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	deregister := func(ctx context.Context) {
		go func() { done <- s.Deregister(ctx, impi, []string{impu}, hss.ServerChange, "") }()
	}
	deregister(ctx)
	c.read()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error("no answer:", err)
	}

	deregister(t.Context())
	q := c.read()
	a := q.Answer()
	a.AVPs = append(a.AVPs, diameter.ExperimentalResult.Group(diameter.ExperimentalResultCode.Uint32(diameter.ErrorIdentityNotRegistered)))
	c.send(a)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "5003") {
		t.Error("refused:", err)
	}

	deregister(t.Context())
	c.read()
	c.conn.Close()
	if err := <-done; err == nil {
		t.Error("connection lost: no error")
	}
	if r, err := store.Registration(impi); err != nil || r.State != hss.Registered {
		t.Errorf("registration %+v, %v", r, err)
	}
}

func TestRefusals(t *testing.T) {
	store := newStore(t)
	hidden := hss.Subscriber{IMPI: "hidden@" + realm, IMPUs: []hss.Identity{{URI: "sip:hidden@" + realm, Barred: true}}, Password: "x"}
	if err := store.Add(hidden); err != nil {
		t.Fatal(err)
	}
	_, addr := serve(t, hss.Config{Store: store})
	c := connect(t, addr, "scscf."+realm)
	uar := func(impi, impu string, avps ...diameter.AVP) diameter.Message {
		return c.cx(diameter.UserAuthorization, impi, impu, avps...)
	}
	deregistration := diameter.UserAuthorizationType.Uint32(uint32(hss.ForDeregistration))
	for _, tc := range []struct {
		name         string
		ask          func() diameter.Message
		want         uint32
		experimental bool
	}{
		{"UAR of nobody", func() diameter.Message { return uar("nobody@"+realm, impu) }, diameter.ErrorUserUnknown, true},
		{"UAR of no such URI", func() diameter.Message { return uar(impi, "sip:nobody@"+realm) }, diameter.ErrorUserUnknown, true},
		{"UAR with another's URI", func() diameter.Message { return uar(impi, bobURI) }, diameter.ErrorIdentitiesDontMatch, true},
		{"UAR of a barred user", func() diameter.Message { return uar(hidden.IMPI, "sip:hidden@"+realm) }, diameter.AuthorizationRejected, false},
		{"UAR to de-register, not registered", func() diameter.Message { return uar(impi, impu, deregistration) }, diameter.ErrorIdentityNotRegistered, true},
		{"UAR without private identity", func() diameter.Message { return uar("", impu) }, diameter.MissingAVP, false},
		{"UAR without public identity", func() diameter.Message { return uar(impi, "") }, diameter.MissingAVP, false},
		{"MAR with a password for a card", func() diameter.Message { return c.mar(impi, impu, diameter.SchemeSIPDigest, nil) }, diameter.ErrorAuthSchemeNotSupported, true},
		{"MAR with a card for a password", func() diameter.Message { return c.mar(bob, bobURI, diameter.SchemeAKAv1, nil) }, diameter.ErrorAuthSchemeNotSupported, true},
		{"MAR of nobody", func() diameter.Message { return c.mar("nobody", impu, "Unknown", nil) }, diameter.ErrorUserUnknown, true},
		{"MAR with half an AUTS", func() diameter.Message { return c.mar(impi, impu, "Unknown", make([]byte, 29)) }, diameter.InvalidAVPValue, false},
		{"MAR with a forged AUTS", func() diameter.Message { return c.mar(impi, impu, "Unknown", make([]byte, 30)) }, diameter.UnableToComply, false},
		{"SAR without type", func() diameter.Message {
			return c.cx(diameter.ServerAssignment, impi, impu, diameter.ServerName.Text(scscf))
		}, diameter.MissingAVP, false},
		{"SAR without S-CSCF", func() diameter.Message {
			return c.cx(diameter.ServerAssignment, impi, impu, diameter.ServerAssignmentType.Uint32(1))
		}, diameter.MissingAVP, false},
		{"SAR of unknown type", func() diameter.Message { return c.sar(impi, impu, 99) }, diameter.ErrorInAssignmentType, true},
		{"SAR from another S-CSCF", func() diameter.Message {
			return c.cx(diameter.ServerAssignment, impi, impu, diameter.ServerName.Text("sip:other"), diameter.ServerAssignmentType.Uint32(1))
		}, diameter.ErrorAlreadyRegistered, true},
		{"SAR for a profile from another S-CSCF", func() diameter.Message {
			return c.cx(diameter.ServerAssignment, impi, impu, diameter.ServerName.Text("sip:other"), diameter.ServerAssignmentType.Uint32(0))
		}, diameter.ErrorInAssignmentType, true},
		{"LIR of nobody", func() diameter.Message { return c.cx(diameter.LocationInfo, "", "sip:nobody@"+realm) }, diameter.ErrorUserUnknown, true},
		{"LIR of a served user", func() diameter.Message { return c.cx(diameter.LocationInfo, "", bobURI) }, diameter.UnregisteredService, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.t = t
			wantResult(t, tc.ask(), tc.want, tc.experimental)
		})
	}
	c.t = t
	a := c.mar("nobody", impu, "Unknown", nil)
	if diameter.FindText(a.AVPs, diameter.UserName) != "nobody" || diameter.FindText(a.AVPs, diameter.PublicIdentity) != impu {
		t.Error("a failing MAA without the identities")
	}
	// what was refused must not have cost a sequence number
	if sub, err := store.Subscriber(impi); err != nil || sub.SQN != 0 {
		t.Errorf("SQN %d, %v", sub.SQN, err)
	}
}

func TestPassword(t *testing.T) {
	_, addr := serve(t, hss.Config{Store: newStore(t)})
	c := connect(t, addr, "scscf."+realm)
	for _, scheme := range []string{diameter.SchemeSIPDigest, "unknown"} {
		a := c.mar(bob, bobURI, scheme, nil)
		wantResult(t, a, diameter.Success, false)
		item := diameter.FindGroup(a.AVPs, diameter.SIPAuthDataItem)
		digest := diameter.FindGroup(item, diameter.SIPDigestAuthenticate)
		sum := md5.Sum([]byte(bob + ":" + realm + ":" + bobsWay))
		if diameter.FindText(item, diameter.SIPAuthenticationScheme) != diameter.SchemeSIPDigest ||
			diameter.FindText(digest, diameter.DigestRealm) != realm || diameter.FindText(digest, diameter.DigestHA1) != hex.EncodeToString(sum[:]) {
			t.Errorf("scheme %s: %v", scheme, item)
		}
	}
}

// Every way out of a registration, as the S-CSCF reports it.
func TestAssignments(t *testing.T) {
	registered, served, gone := hss.Registration{State: hss.Registered, SCSCF: scscf}, hss.Registration{State: hss.Unregistered, SCSCF: scscf}, hss.Registration{}
	for _, tc := range []struct {
		assignment hss.Assignment
		want       hss.Registration
	}{
		{hss.NoAssignment, registered}, {hss.InitialRegistration, registered}, {hss.ReRegistration, registered}, {hss.UnregisteredUser, served},
		{hss.TimeoutDeregistration, gone}, {hss.UserDeregistration, gone}, {hss.AdministrativeDeregistration, gone}, {hss.DeregistrationTooMuchData, gone},
		{hss.TimeoutDeregistrationStoreName, served}, {hss.UserDeregistrationStoreName, served},
		{hss.AuthenticationFailure, registered}, {hss.AuthenticationTimeout, registered},
	} {
		t.Run(fmt.Sprint(tc.assignment), func(t *testing.T) {
			store := newStore(t)
			_, addr := serve(t, hss.Config{Store: store})
			c := connect(t, addr, "scscf."+realm)
			wantResult(t, c.sar(impi, impu, hss.InitialRegistration), diameter.Success, false)
			a := c.sar("", tel, tc.assignment)
			wantResult(t, a, diameter.Success, false)
			if name := diameter.FindText(a.AVPs, diameter.UserName); name != impi {
				t.Errorf("User-Name %q", name)
			}
			if r, err := store.Registration(impi); err != nil || r != tc.want {
				t.Errorf("%+v, %v; want %+v", r, err, tc.want)
			}
			deregister := c.cx(diameter.UserAuthorization, impi, impu, diameter.UserAuthorizationType.Uint32(uint32(hss.ForDeregistration)))
			if tc.want == gone {
				wantResult(t, deregister, diameter.ErrorIdentityNotRegistered, true)
			} else if wantResult(t, deregister, diameter.Success, false); diameter.FindText(deregister.AVPs, diameter.ServerName) != scscf {
				t.Error("no S-CSCF to de-register at")
			}
			any := c.cx(diameter.UserAuthorization, impi, impu, diameter.UserAuthorizationType.Uint32(uint32(hss.ForCapabilities)))
			wantResult(t, any, diameter.Success, false)
			if diameter.FindGroup(any.AVPs, diameter.ServerCapabilities) == nil {
				t.Error("no capabilities")
			}
		})
	}
}

// An authentication that comes to nothing leaves no S-CSCF behind.
func TestAuthenticationFailure(t *testing.T) {
	store := newStore(t)
	_, addr := serve(t, hss.Config{Store: store})
	c := connect(t, addr, "scscf."+realm)
	for _, end := range []hss.Assignment{hss.AuthenticationFailure, hss.AuthenticationTimeout} {
		vector(t, c.mar(impi, impu, "Unknown", nil))
		if r, err := store.Registration(impi); err != nil || r != (hss.Registration{SCSCF: scscf}) {
			t.Errorf("after MAR: %+v, %v", r, err)
		}
		wantResult(t, c.sar(impi, impu, end), diameter.Success, false)
		if r, err := store.Registration(impi); err != nil || r != (hss.Registration{}) {
			t.Errorf("after the failure: %+v, %v", r, err)
		}
	}
}

func TestAwait(t *testing.T) {
	s, addr := serve(t, hss.Config{Store: newStore(t)})
	c := connect(t, addr, "icscf."+realm)
	isLIR := func(e hss.Entry) bool { return e.Command == "LIR" }
	type found struct {
		e   hss.Entry
		at  int
		err error
	}
	got := make(chan found, 1)
	go func() {
		e, at, err := s.Await(t.Context(), 0, isLIR)
		got <- found{e, at, err}
	}()
	c.cx(diameter.UserAuthorization, impi, impu)
	c.cx(diameter.LocationInfo, "", tel)
	f := <-got
	if f.err != nil || f.at != 1 || f.e.IMPU != tel || f.e.Peer != c.host || f.e.Result != diameter.ErrorIdentityNotRegistered || !f.e.Experimental {
		t.Errorf("%+v", f)
	}
	if want := "icscf." + realm + " LIR  " + tel + ": 5003"; f.e.String() != want {
		t.Errorf("%q, want %q", f.e, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Await(ctx, 2, isLIR); !errors.Is(err, context.Canceled) {
		t.Error("nothing more to come, but", err)
	}
}

func TestCloseTwice(t *testing.T) {
	s, addr := serve(t, hss.Config{Store: newStore(t)})
	c := connect(t, addr, "icscf."+realm)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := diameter.Read(c.r); !errors.Is(err, io.EOF) {
		t.Errorf("the connection gives %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); err != nil {
		t.Error("Serve after Close:", err)
	}
}
