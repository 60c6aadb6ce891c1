package pcsc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/internal/pcscwire"
)

// canned is a daemon that says the same whatever it is told.
type canned struct {
	net.Conn
	io.Reader
}

func (c canned) Read(b []byte) (int, error) { return c.Reader.Read(b) }
func (canned) Write(b []byte) (int, error)  { return len(b), nil }
func (canned) SetDeadline(time.Time) error  { return nil }
func (canned) Close() error                 { return nil }

// Whatever a daemon answers, a response is the bytes that it announced, and no
// more than a card can say.
func FuzzTransmit(f *testing.F) {
	answer := func(result pcscwire.Result, n uint32, response string) []byte {
		return append(pcscwire.Encode(pcscwire.TransmitMsg{ReceiveLength: n, Result: result}), response...)
	}
	f.Add(answer(pcscwire.Success, 2, "\x90\x00"))
	f.Add(answer(pcscwire.Success, 1<<31, "\x90\x00"))
	f.Add(answer(pcscwire.Success, 3, "\x90\x00"))
	f.Add(answer(pcscwire.Removed, 0, ""))
	f.Fuzz(func(t *testing.T, said []byte) {
		card := &Card{client: &client{conn: canned{Reader: bytes.NewReader(said)}}, protocol: pcscwire.ProtocolT1}
		response, err := card.Transmit(t.Context(), []byte{0, 0xc0, 0, 0, 0})
		if err != nil {
			return
		}
		if len(response) > pcscwire.MaxResponse || !bytes.HasPrefix(said[pcscwire.Size(pcscwire.TransmitMsg{}):], response) {
			t.Fatalf("%X gave %X", said, response)
		}
	})
}

func TestExplain(t *testing.T) {
	for result, want := range map[pcscwire.Result]error{
		pcscwire.NoCard:            apdu.ErrNoCard,
		pcscwire.WasReset:          apdu.ErrRemoved,
		pcscwire.Unresponsive:      ErrUnresponsive,
		pcscwire.UnknownReader:     ErrNoReader,
		pcscwire.SharingViolation:  ErrBusy,
		pcscwire.SecurityViolation: ErrForbidden,
		pcscwire.Timeout:           apdu.ErrSilent,
	} {
		if err := explain("reader", result); !errors.Is(err, want) || !strings.Contains(err.Error(), result.String()) {
			t.Errorf("%v: %v", result, err)
		}
	}
	if err := explain("reader", 0x80100001); !strings.Contains(err.Error(), "80100001: see its log") {
		t.Error(err)
	}
}

// A daemon that doesn't answer is given up, and so is its connection.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		go io.Copy(io.Discard, far) // ends with the pipe
		c := &client{conn: near}
		start := time.Now()
		if _, err := c.readers(t.Context()); !errors.Is(err, apdu.ErrSilent) {
			t.Error(err)
		}
		if waited := time.Since(start); waited != patience {
			t.Errorf("waited %v", waited)
		}
		if _, err := c.readers(t.Context()); !errors.Is(err, apdu.ErrClosed) {
			t.Error(err)
		}
		c.close()
	})
}

func TestPick(t *testing.T) {
	list := []Reader{{"A 00", true}, {"B 00", false}, {"B 01", true}}
	for name, want := range map[string]string{"A": "A 00", "B": "B 01", "B 00": "B 00", "00": "A 00", "": "several", "C": "no such"} {
		r, err := pick(list, name)
		got := r.Name
		if err != nil {
			got = fmt.Sprint(err)
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
