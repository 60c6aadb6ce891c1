package pcscwire

import "testing"

// The sizes are those of pcscd's structures in C; it ends the connection of a
// client with others.
func TestSizes(t *testing.T) {
	for _, test := range []struct {
		message any
		size    int
	}{
		{Header{}, 8},
		{VersionMsg{}, 12},
		{EstablishMsg{}, 12},
		{ConnectMsg{}, 152},
		{DisconnectMsg{}, 12},
		{TransmitMsg{}, 32},
		{ReaderState{}, 184},
	} {
		if got := Size(test.message); got != test.size {
			t.Errorf("%T has %d bytes, want %d", test.message, got, test.size)
		}
	}
}

func FuzzReaderState(f *testing.F) {
	f.Add(Encode(ReaderState{Name: NameOf("Reader 00"), State: StatePresent}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s ReaderState
		if err := Decode(b, &s); err != nil {
			if len(b) >= Size(s) {
				t.Fatal(err)
			}
			return
		}
		var again ReaderState
		if err := Decode(Encode(s), &again); err != nil || again != s || NameOf(s.Name.String()).String() != again.Name.String() && s.Name[127] == 0 {
			t.Fatalf("%X came back as %+v, %v", b, again, err)
		}
	})
}
