package apdu_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// script is a Channel that expects commands and plays answers, in hexadecimal.
type script struct {
	t     *testing.T
	steps []string // command, answer, command, answer
}

func (s *script) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if len(s.steps) == 0 {
		s.t.Fatalf("unexpected command %X", command)
	}
	want, answer := s.steps[0], s.steps[1]
	s.steps = s.steps[2:]
	if got := hex.EncodeToString(command); got != want {
		s.t.Fatalf("sent %s, want %s", got, want)
	}
	return unhex(s.t, answer), nil
}

func (*script) Close() error { return nil }

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSend(t *testing.T) {
	read := apdu.Command{Instruction: apdu.ReadBinary, Reply: true}
	sel := apdu.Command{Class: 2, Instruction: apdu.Select, P2: 4, Data: []byte{0x3f, 0}, Reply: true}
	tests := []struct {
		name    string
		command apdu.Command
		steps   []string
		data    string
		status  apdu.Status
	}{
		{"at once", read, []string{"00b0000000", "01029000"}, "0102", apdu.OK},
		{"fetched on the same channel", sel, []string{"02a40004023f0000", "6102", "02c0000002", "aabb9000"}, "aabb", apdu.OK},
		{"fetched in two parts", sel, []string{"02a40004023f0000", "6100", "02c0000000", "aa6101", "02c0000001", "bb9000"}, "aabb", apdu.OK},
		{"exact length", read, []string{"00b0000000", "6c02", "00b0000002", "aabb9000"}, "aabb", apdu.OK},
		{"fetched with exact length", sel, []string{"02a40004023f0000", "6105", "02c0000005", "6c02", "02c0000002", "aabb9110"}, "aabb", 0x9110},
		{"refused", read, []string{"00b0000000", "6982"}, "", apdu.NotSatisfied},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ch := &script{t, test.steps}
			data, status, err := apdu.Send(t.Context(), ch, test.command)
			if err != nil || hex.EncodeToString(data) != test.data || status != test.status || len(ch.steps) > 0 {
				t.Errorf("got %X, %v, %v; %d steps left", data, status, err, len(ch.steps)/2)
			}
		})
	}
}

// endless says for ever that there is more.
type endless struct{}

func (endless) Transmit(context.Context, []byte) ([]byte, error) { return []byte{0x61, 1}, nil }
func (endless) Close() error                                     { return nil }

func TestSendIsBounded(t *testing.T) {
	if _, _, err := apdu.Send(t.Context(), endless{}, apdu.Command{}); err == nil {
		t.Error("no error")
	}
}

func TestSendWithoutStatus(t *testing.T) {
	ch := &script{t, []string{"00000000", "90"}}
	if _, _, err := apdu.Send(t.Context(), ch, apdu.Command{}); err == nil || !strings.Contains(err.Error(), "no status word") {
		t.Error(err)
	}
	if _, _, err := apdu.Send(t.Context(), ch, apdu.Command{Data: make([]byte, 256)}); err == nil {
		t.Error("256 bytes of data were sent")
	}
}

func TestMust(t *testing.T) {
	ch := &script{t, []string{"00000000", "6a82", "00000000", "6282"}}
	_, err := apdu.Must(t.Context(), ch, "SELECT of EF_IMPI", apdu.Command{})
	var refused *apdu.StatusError
	if !errors.As(err, &refused) || refused.Status != apdu.FileNotFound {
		t.Fatal(err)
	}
	if got, want := err.Error(), "SELECT of EF_IMPI: the card says 6A82, no such file or application"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := apdu.Must(t.Context(), ch, "READ", apdu.Command{}); err != nil {
		t.Errorf("a warning is an error: %v", err)
	}
}

func TestForT0(t *testing.T) {
	for command, want := range map[string]string{
		"00a40004023f0000": "00a40004023f00",
		"00a4000c023f00":   "00a4000c023f00",
		"00b0000009":       "00b0000009",
		"00200001":         "0020000100",
		"00":               "00",
	} {
		in := unhex(t, command)
		if got := hex.EncodeToString(apdu.ForT0(in)); got != want {
			t.Errorf("%s became %s, want %s", command, got, want)
		}
		if hex.EncodeToString(in) != command {
			t.Errorf("%s was changed", command)
		}
	}
}

func TestStatusStrings(t *testing.T) {
	for s, want := range map[apdu.Status]string{
		0x63c2: "63C2, PIN refused, 2 tries left",
		0x9862: "9862, authentication failed: wrong MAC",
		0x9000: "9000, success",
		0x6f12: "6F12, the card failed",
		0x1234: "1234, unknown status",
	} {
		if s.String() != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	if !apdu.Status(0x6282).Warning() || apdu.Status(0x63c1).Warning() || !apdu.Status(0x6300).Warning() {
		t.Error("a PIN counter is no warning, 6282 and 6300 are")
	}
}

func FuzzCommand(f *testing.F) {
	f.Add([]byte{0, 0xa4, 0, 4, 2, 0x3f, 0, 0})
	f.Add([]byte{0, 0xb0, 0, 0, 9})
	f.Add([]byte{0, 0x20, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		apdu.ForT0(b)
		c, err := apdu.Parse(b)
		if err != nil {
			return
		}
		back, err := c.Append(nil)
		if err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%X came back as %X, %v", b, back, err)
		}
	})
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte{0x61, 4, 0x4f, 2, 1, 2, 0xff, 0xff})
	f.Add([]byte{0x80, 0x81, 1, 7})
	f.Add([]byte{0x7f, 0x20, 0x82, 0, 1, 9})
	f.Add([]byte{0x80, 5, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := apdu.ParseObjects(b)
		if err != nil {
			return
		}
		var printed []byte
		for _, o := range list {
			printed = apdu.AppendObject(printed, o.Tag, o.Value)
		}
		again, err := apdu.ParseObjects(printed)
		if err != nil || !reflect.DeepEqual(again, list) {
			t.Fatalf("%X: %v printed as %X, which is %v, %v", b, list, printed, again, err)
		}
	})
}

func TestFind(t *testing.T) {
	list, err := apdu.ParseObjects(unhex(t, "8001aaff83020102"))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := apdu.Find(list, 0x83); !ok || !bytes.Equal(v, []byte{1, 2}) {
		t.Errorf("got %X, %v", v, ok)
	}
	if _, ok := apdu.Find(list, 0x84); ok {
		t.Error("found what isn't there")
	}
	for _, bad := range []string{"80", "8002aa", "8083000001", "7f", "7f8101", "8081", "808200"} {
		if _, err := apdu.ParseObjects(unhex(t, bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
