package apdu

import (
	"errors"
	"fmt"
)

// Object is a BER-TLV data object (TS 101 220 §7.1.1). Tags have one or two
// bytes, lengths up to two.
type Object struct {
	Tag   uint16
	Value []byte // a part of what was parsed
}

// errCut: an object is longer than what holds it.
var errCut = errors.New("a data object of the card is cut off")

// ParseObjects takes a list of objects apart. Filling by FF or 00 between and
// behind them is skipped.
func ParseObjects(b []byte) ([]Object, error) {
	var list []Object
	for len(b) > 0 {
		if b[0] == 0x00 || b[0] == 0xff {
			b = b[1:]
			continue
		}
		o, rest, err := parseObject(b)
		if err != nil {
			return list, err
		}
		list, b = append(list, o), rest
	}
	return list, nil
}

func parseObject(b []byte) (o Object, rest []byte, err error) {
	o.Tag, b = uint16(b[0]), b[1:]
	if o.Tag&0x1f == 0x1f {
		if len(b) == 0 {
			return Object{}, nil, errCut
		}
		if b[0]&0x80 != 0 {
			return Object{}, nil, fmt.Errorf("a data object of the card has a tag of more than two bytes")
		}
		o.Tag, b = o.Tag<<8|uint16(b[0]), b[1:]
	}
	n, b, err := parseLength(b)
	if err != nil {
		return Object{}, nil, err
	}
	if len(b) < n {
		return Object{}, nil, errCut
	}
	o.Value = b[:n:n]
	return o, b[n:], nil
}

// parseLength reads a length in its short form or with one or two bytes.
func parseLength(b []byte) (n int, rest []byte, err error) {
	if len(b) == 0 {
		return 0, nil, errCut
	}
	first, b := b[0], b[1:]
	switch {
	case first < 0x80:
		return int(first), b, nil
	case first == 0x81 && len(b) >= 1:
		return int(b[0]), b[1:], nil
	case first == 0x82 && len(b) >= 2:
		return int(b[0])<<8 | int(b[1]), b[2:], nil
	case first == 0x81 || first == 0x82:
		return 0, nil, errCut
	}
	return 0, nil, fmt.Errorf("a data object of the card has a length of form %02X", first)
}

// Find gives the value of the first object of the list with this tag.
func Find(list []Object, tag uint16) (value []byte, ok bool) {
	for _, o := range list {
		if o.Tag == tag {
			return o.Value, true
		}
	}
	return nil, false
}

// AppendObject appends an object with the shortest form of its length, which is
// at most 65535.
func AppendObject(b []byte, tag uint16, value []byte) []byte {
	if tag > 0xff {
		b = append(b, byte(tag>>8))
	}
	b = append(b, byte(tag))
	switch n := len(value); {
	case n < 0x80:
		b = append(b, byte(n))
	case n <= 0xff:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, value...)
}
