package simtest

import (
	"bytes"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// choose is SELECT by file identifier or AID (TS 102 221 §11.1.1).
func (c *Card) choose(s *session, cmd apdu.Command) ([]byte, apdu.Status) {
	switch {
	case cmd.P1 == 4:
		dir := c.application(cmd.Data)
		if dir == nil {
			return nil, apdu.FileNotFound
		}
		s.dir, s.app, s.chosen = dir, true, false
		c.basicUsed = c.basicUsed || s == &c.channels[0]
	case len(cmd.Data) != 2:
		return nil, apdu.WrongParameters
	case cmd.Data[0] == 0x3f && cmd.Data[1] == 0:
		s.dir, s.app, s.chosen = c.mf, false, false
	default:
		f, ok := s.dir[uint16(cmd.Data[0])<<8|uint16(cmd.Data[1])]
		if !ok {
			return nil, apdu.FileNotFound
		}
		s.file, s.chosen = f, true
	}
	return c.fcp(s), apdu.OK
}

// application finds an ADF by its AID or the beginning of it.
func (c *Card) application(aid []byte) directory {
	const shortest = 5
	switch {
	case len(aid) < shortest:
		return nil
	case c.adfU != nil && bytes.HasPrefix(aidUSIM, aid):
		return c.adfU
	case c.adfI != nil && bytes.HasPrefix(aidISIM, aid):
		return c.adfI
	}
	return nil
}

// fcp describes what is selected (TS 102 221 §11.1.1.3).
func (c *Card) fcp(s *session) []byte {
	if c.profile.NoFCP {
		return nil
	}
	var b []byte
	switch {
	case !s.chosen:
		on := byte(0x80)
		if c.profile.PIN == "" {
			on = 0
		}
		b = apdu.AppendObject(b, 0x82, []byte{0x78, 0x21})
		b = apdu.AppendObject(b, 0xc6, []byte{0x90, 1, on, 0x83, 1, 0x01, 0x83, 1, 0x81})
	case s.file.records != nil:
		n, size := len(s.file.records), len(s.file.records[0])
		b = apdu.AppendObject(b, 0x82, []byte{0x42, 0x21, byte(size >> 8), byte(size), byte(n)})
		b = apdu.AppendObject(b, 0x80, []byte{byte(n * size >> 8), byte(n * size)})
	default:
		b = apdu.AppendObject(b, 0x82, []byte{0x41, 0x21})
		b = apdu.AppendObject(b, 0x80, []byte{byte(len(s.file.content) >> 8), byte(len(s.file.content))})
	}
	return apdu.AppendObject(nil, 0x62, b)
}

// readable tells what keeps the current file from being read.
func (c *Card) readable(s *session) apdu.Status {
	switch {
	case !s.chosen:
		return apdu.CommandNotAllowed
	case !s.file.open && !c.verified:
		return apdu.NotSatisfied
	}
	return apdu.OK
}

func (c *Card) readBinary(s *session, cmd apdu.Command) ([]byte, apdu.Status) {
	if status := c.readable(s); status != apdu.OK {
		return nil, status
	}
	offset := int(cmd.P1)<<8 | int(cmd.P2)
	if s.file.records != nil || offset >= len(s.file.content) {
		return nil, 0x6b00
	}
	return wanted(s.file.content[offset:], cmd), apdu.OK
}

func (c *Card) readRecord(s *session, cmd apdu.Command) ([]byte, apdu.Status) {
	if status := c.readable(s); status != apdu.OK {
		return nil, status
	}
	if cmd.P1 == 0 || int(cmd.P1) > len(s.file.records) {
		return nil, apdu.RecordNotFound
	}
	return s.file.records[cmd.P1-1], apdu.OK
}

// wanted cuts data to the length that was asked for.
func wanted(data []byte, cmd apdu.Command) []byte {
	n := int(cmd.Length)
	if n == 0 {
		n = 256
	}
	return data[:min(n, len(data))]
}
