package simtest

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
)

// ServeReader puts the card into a virtual reader of vsmartcard's vpcd, which
// is at the other end of conn, until the connection ends or the card is
// removed. Each message is a length of two bytes and what it counts: one byte
// is a control of the reader's, more is an APDU.
func (c *Card) ServeReader(conn net.Conn) error {
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		message := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, message); err != nil {
			return err
		}
		answer, ok := c.readerMessage(message)
		if !ok {
			return conn.Close()
		}
		if answer == nil {
			continue
		}
		b := binary.BigEndian.AppendUint16(nil, uint16(len(answer)))
		if _, err := conn.Write(append(b, answer...)); err != nil {
			return err
		}
	}
}

// readerMessage serves one message; answer is nil where none is due.
func (c *Card) readerMessage(message []byte) (answer []byte, ok bool) {
	const off, on, reset, atr = 0, 1, 2, 4
	if len(message) != 1 {
		return c.Process(message)
	}
	switch message[0] {
	case off, on, reset:
		c.Reset()
	case atr:
		return c.atr(), true
	}
	return nil, true
}

// atr is the answer to reset of a card that knows one protocol and has no
// historical bytes (ISO/IEC 7816-3 §8.2).
func (c *Card) atr() []byte {
	if c.profile.T0 {
		return []byte{0x3b, 0x00}
	}
	const t1, check = 0x01, 0x80 ^ 0x01
	return []byte{0x3b, 0x80, t1, check}
}
