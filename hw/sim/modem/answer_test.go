package modem

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

func TestParseResponse(t *testing.T) {
	for answer, want := range map[string]string{
		`+CSIM: 4,"9000"`:                "9000",
		`+CSIM:4,9000`:                   "9000",
		"+CREG: 1|+CSIM: 2 , \"61aB\"|x": "61ab",
		`+CSIM: 6,"9000"`:                "error",
		`+CSIM: 3,"900"`:                 "error",
		`+CSIM: "9000"`:                  "error",
		`+CSIM: x,"9000"`:                "error",
		`+CGLA: 4,"9000"`:                "error",
		``:                               "error",
	} {
		b, err := parseResponse("+CSIM:", strings.Split(answer, "|"))
		got := fmt.Sprintf("%x", b)
		if err != nil {
			got = "error"
		}
		if got != want || err != nil && !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: %s, %v", answer, got, err)
		}
	}
}

func TestParseSession(t *testing.T) {
	for answer, want := range map[string]int{"+CCHO: 2": 2, "1": 1, "+CREG: 3|7": 7, "+CCHO: x": -1, "+CCHO: -2": -1, "": -1} {
		got, err := parseSession(strings.Split(answer, "|"))
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %d, %v", answer, got, err)
		}
	}
}

func TestCommandError(t *testing.T) {
	for line, want := range map[string]struct {
		kind error
		text string
	}{
		"ERROR":                        {apdu.ErrRefused, "AT+X: the modem says ERROR: it may not know the command"},
		"+CME ERROR: 10":               {apdu.ErrNoCard, "AT+X: the modem says +CME ERROR: 10: no card is in the modem, or it was removed"},
		"+CME ERROR: 11":               {apdu.ErrRefused, "give it to the modem"},
		"+CME ERROR: SIM not inserted": {apdu.ErrRefused, "says ERROR"},
		"+CME ERROR: 999":              {apdu.ErrRefused, "see TS 27.007"},
		"+CMS ERROR: 500":              {apdu.ErrRefused, "says ERROR"},
	} {
		err, final := finalResult("AT+X", line)
		if !final || !errors.Is(err, want.kind) || !strings.Contains(err.Error(), want.text) {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, line := range []string{"OKAY", "RING", "+CME", "NO CARRIER"} {
		if _, final := finalResult("AT+X", line); final {
			t.Errorf("%s ends an answer", line)
		}
	}
}

func TestExplainOpen(t *testing.T) {
	for cause, want := range map[error]string{
		unix.ENOENT: "plug the modem in",
		unix.EACCES: "join its group, usually dialout",
		unix.EBUSY:  "perhaps ModemManager",
		unix.EIO:    "input/output error",
	} {
		err := explainOpen("/dev/ttyUSB2", cause)
		if !errors.Is(err, ErrDevice) || !errors.Is(err, cause) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

// canned is a port that says one thing and ends.
type canned struct {
	net.Conn
	io.Reader
}

func (c canned) Read(b []byte) (int, error) { return c.Reader.Read(b) }
func (canned) Write(b []byte) (int, error)  { return len(b), nil }
func (canned) SetDeadline(time.Time) error  { return nil }

// Whatever a modem says, however it is cut into pieces, the lines come as
// strings.FieldsFunc has them.
func FuzzLine(f *testing.F) {
	f.Add("AT\r\r\nOK\r\n", 1)
	f.Add("\r\n+CSIM: 4,\"9000\"\r\n\r\nOK\r\n", 3)
	f.Add("+CME ERROR: 10\r\n", 7)
	f.Add("\nRING\n\nERROR\n", 2)
	f.Fuzz(func(t *testing.T, said string, size int) {
		if size < 1 || size > 512 || len(said) > 4096 {
			return
		}
		l := &line{port: canned{Reader: &pieces{[]byte(said), size}}}
		got, err := l.run(t.Context(), "AT", "AT")
		var want []string
		ended := said[:strings.LastIndexAny(said, "\r\n")+1]
		for _, text := range strings.FieldsFunc(ended, func(r rune) bool { return r == '\r' || r == '\n' }) {
			text = strings.TrimSpace(text)
			refused, final := finalResult("AT", text)
			if final {
				if fmt.Sprint(err) != fmt.Sprint(refused) || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("%q: got %q, %v, want %q, %v", said, got, err, want, refused)
				}
				return
			}
			if text != "" && text != "AT" {
				want = append(want, text)
			}
		}
		if err == nil {
			t.Fatalf("%q: got %q and no end", said, got)
		}
	})
}

// pieces reads so many bytes at a time.
type pieces struct {
	rest []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func FuzzResponse(f *testing.F) {
	f.Add(`+CSIM: 4,"9000"`)
	f.Add("+CSIM:2,6110")
	f.Add("+CCHO: 3")
	f.Add("3")
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := parseResponse("+CSIM:", []string{text}); err == nil {
			again, err := parseResponse("+CSIM:", []string{fmt.Sprintf("+CSIM: %d,\"%X\"", 2*len(b), b)})
			if err != nil || !bytes.Equal(again, b) {
				t.Fatalf("%q: %X, %X, %v", text, b, again, err)
			}
		}
		if n, err := parseSession([]string{text}); err == nil {
			if again, err := parseSession([]string{fmt.Sprintf("+CCHO: %d", n)}); err != nil || again != n {
				t.Fatalf("%q: %d, %d, %v", text, n, again, err)
			}
		}
	})
}
