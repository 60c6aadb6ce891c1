// Package control is the phone's control socket: one JSON object a line on a
// unix socket.
//
//	→ {"command":"call","params":{"uri":"sip:bob@example.org"},"token":"7"}
//	← {"response":true,"ok":true,"data":{"call":"1"},"token":"7"}
//	← {"event":true,"class":"call","type":"ringing","call":"1",…}
//
// Events come once a connection has sent the command "subscribe". A client
// may send its next command before it has the answer to the last; answers
// carry their command's token.
package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Request is a line from a client.
type Request struct {
	Command string          `json:"command"`
	Params  json.RawMessage `json:"params,omitempty"`
	Token   string          `json:"token,omitempty"`
}

// Response answers one Request.
type Response struct {
	Response bool            `json:"response"`
	OK       bool            `json:"ok"`
	Data     json.RawMessage `json:"data,omitempty"`
	// Error says what went wrong and what to do, where OK is false.
	Error string `json:"error,omitempty"`
	Token string `json:"token,omitempty"`
}

// maxLine bounds a line in bytes: a command is short, and a peer that never
// ends its line must not fill the memory.
const maxLine = 1 << 20

var errLineTooLong = errors.New("the line is too long")

// lines reads lines of at most maxLine bytes.
type lines struct{ s *bufio.Scanner }

func newLines(r io.Reader) lines {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 4096), maxLine)
	return lines{s}
}

// next gives one line; io.EOF is the end.
func (l lines) next() ([]byte, error) {
	if l.s.Scan() {
		return l.s.Bytes(), nil
	}
	switch err := l.s.Err(); {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return nil, errLineTooLong
	default:
		return nil, err
	}
}

// writeLine writes v as one line.
func writeLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
