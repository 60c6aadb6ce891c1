package sip

import (
	"errors"
	"strconv"
)

var errCSeq = errors.New("sip: bad CSeq")

// CSeq is a CSeq header's value (RFC 3261 §20.16).
type CSeq struct {
	Seq    uint32
	Method Method
}

// ParseCSeq reads a CSeq header's value.
func ParseCSeq(s string) (CSeq, error) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	seq, ok := parseNumber(s[:n])
	if !ok || n == len(s) || !isSpace(s[n]) {
		return CSeq{}, errCSeq
	}
	method := trim(s[n:])
	if !isToken(method) {
		return CSeq{}, errCSeq
	}
	return CSeq{Seq: seq, Method: Method(method)}, nil
}

// String gives the value as it is written.
func (c CSeq) String() string {
	return string(append(append(strconv.AppendUint(nil, uint64(c.Seq), 10), ' '), c.Method...))
}
