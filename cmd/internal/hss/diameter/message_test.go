package diameter_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
)

func octets(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wire are messages octet by octet, worked out by hand from RFC 6733 §3 and §4.1.
var wire = []struct {
	name, hex string
	message   diameter.Message
}{
	{
		"watchdog without AVPs", "01000014 80000118 00000000 00000001 00000002",
		diameter.Message{Flags: diameter.Request, Command: diameter.DeviceWatchdog, HopByHop: 1, EndToEnd: 2},
	},
	{
		"padding of every length",
		"01000040 00000101 00000000 00000001 00000002" +
			"00000001 40000008" + "00000001 40000009 61000000" + "00000001 4000000b 61626300" + "00000001 2000000c 61626364",
		diameter.Message{Command: diameter.CapabilitiesExchange, HopByHop: 1, EndToEnd: 2, AVPs: []diameter.AVP{
			diameter.UserName.Text(""), diameter.UserName.Text("a"), diameter.UserName.Text("abc"),
			{Code: 1, Protected: true, Data: []byte("abcd")},
		}},
	},
	{
		"a vendor's AVP in a group",
		"0100003c c000012f 01000000 deadbeef 00000007" +
			"00000264 c0000028 000028af" + "00000265 c0000010 000028af 00000001" + "00000001 40000009 61000000",
		diameter.Message{
			Flags: diameter.Request | diameter.Proxiable, Command: diameter.MultimediaAuth, Application: diameter.Cx,
			HopByHop: 0xdeadbeef, EndToEnd: 7,
			AVPs: []diameter.AVP{diameter.SIPAuthDataItem.Group(diameter.SIPItemNumber.Uint32(1), diameter.UserName.Text("a"))},
		},
	},
}

func TestWire(t *testing.T) {
	for _, tc := range wire {
		t.Run(tc.name, func(t *testing.T) {
			b := octets(t, tc.hex)
			if got := tc.message.Append(nil); !bytes.Equal(got, b) {
				t.Errorf("printed\n%x, want\n%x", got, b)
			}
			m, err := diameter.Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.message, m, cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	for _, tc := range []struct{ name, hex string }{
		{"nothing", ""},
		{"half a header", "01000014 80000118"},
		{"version 2", "02000014 80000118 00000000 00000001 00000002"},
		{"length below the header", "01000010 80000118 00000000 00000001 00000002"},
		{"length beyond the message", "01000018 80000118 00000000 00000001 00000002"},
		{"length not a multiple of 4", "01000015 80000118 00000000 00000001 00000002 00"},
		{"AVP shorter than its header", "0100001c 80000118 00000000 00000001 00000002 00000001 40000007"},
		{"half an AVP header", "01000018 80000118 00000000 00000001 00000002 00000001"},
		{"AVP beyond the message", "0100001c 80000118 00000000 00000001 00000002 00000001 40000009"},
		{"no room for the vendor", "0100001c 80000118 00000000 00000001 00000002 00000001 c0000008"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := diameter.Parse(octets(t, tc.hex))
			if !errors.Is(err, diameter.ErrMessage) && !errors.Is(err, diameter.ErrAVP) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestRead(t *testing.T) {
	var stream []byte
	for _, tc := range wire {
		stream = tc.message.Append(stream)
	}
	r := bytes.NewReader(append(stream, 1, 0, 0))
	for _, tc := range wire {
		m, err := diameter.Read(r)
		if d := cmp.Diff(tc.message, m, cmpopts.EquateEmpty()); d != "" || err != nil {
			t.Errorf("%v %s", err, d)
		}
	}
	if _, err := diameter.Read(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a header gives %v", err)
	}
	if _, err := diameter.Read(r); !errors.Is(err, io.EOF) {
		t.Errorf("the end gives %v", err)
	}
	huge := octets(t, "01ffffff 80000118 00000000 00000001 00000002")
	if _, err := diameter.Read(bytes.NewReader(huge)); !errors.Is(err, diameter.ErrMessage) {
		t.Errorf("a huge length gives %v", err)
	}
}

func TestValues(t *testing.T) {
	list := []diameter.AVP{
		diameter.HostIPAddress.Address(netip.MustParseAddr("10.1.2.3")),
		diameter.HostIPAddress.Address(netip.MustParseAddr("::ffff:10.1.2.3")),
		diameter.HostIPAddress.Address(netip.MustParseAddr("2001:db8::1")),
	}
	for i, want := range []string{"0001 0a010203", "0001 0a010203", "0002 20010db8000000000000000000000001"} {
		if !bytes.Equal(list[i].Data, octets(t, want)) {
			t.Errorf("address %d is %x", i, list[i].Data)
		}
	}
	if _, ok := diameter.FindUint32([]diameter.AVP{diameter.ResultCode.Text("abc")}, diameter.ResultCode); ok {
		t.Error("three octets are a number")
	}
	if g := diameter.FindGroup([]diameter.AVP{diameter.SIPAuthDataItem.Text("abc")}, diameter.SIPAuthDataItem); g != nil {
		t.Errorf("three octets are a group: %v", g)
	}
	if _, ok := diameter.Find([]diameter.AVP{{Code: 601}}, diameter.PublicIdentity); ok {
		t.Error("the vendor doesn't count")
	}
}

func TestAnswer(t *testing.T) {
	q := diameter.Message{
		Flags: diameter.Request | diameter.Proxiable | diameter.Retransmitted, Command: 300, Application: diameter.Cx, HopByHop: 3, EndToEnd: 4,
		AVPs: []diameter.AVP{diameter.UserName.Text("a"), diameter.SessionID.Text("s")},
	}
	want := diameter.Message{
		Flags: diameter.Proxiable, Command: 300, Application: diameter.Cx, HopByHop: 3, EndToEnd: 4,
		AVPs: []diameter.AVP{diameter.SessionID.Text("s")},
	}
	if d := cmp.Diff(want, q.Answer()); d != "" {
		t.Error(d)
	}
}

// What parses prints to something that parses to the same; and a printed
// message prints the same again, octet by octet.
func FuzzParse(f *testing.F) {
	for _, tc := range wire {
		f.Add(octets(f, tc.hex))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := diameter.Parse(b)
		if err != nil {
			return
		}
		printed := m.Append(nil)
		if len(printed) > len(b) {
			t.Fatalf("%d octets print as %d", len(b), len(printed))
		}
		again, err := diameter.Parse(printed)
		if err != nil {
			t.Fatalf("%x prints as %x: %v", b, printed, err)
		}
		if d := cmp.Diff(m, again, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
		if twice := again.Append(nil); !bytes.Equal(printed, twice) {
			t.Fatalf("%x prints as %x", printed, twice)
		}
		streamed, err := diameter.Read(bytes.NewReader(b))
		if d := cmp.Diff(m, streamed, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Fatalf("read from a stream: %v %s", err, d)
		}
	})
}
