package dtmf

import (
	"errors"
	"slices"
	"testing"
)

func TestDigits(t *testing.T) {
	for i, r := range "0123456789*#ABCD!" {
		e, err := ParseDigit(r)
		if err != nil || e != Event(i) || e.String() != string(r) {
			t.Errorf("%c → %v, %v", r, e, err)
		}
	}
	for i, r := range "abcd" {
		if e, err := ParseDigit(r); err != nil || e != Event(12+i) {
			t.Errorf("%c → %v, %v", r, e, err)
		}
	}
	for _, r := range "exE ＃٣\x00" {
		if e, err := ParseDigit(r); !errors.Is(err, ErrDigit) {
			t.Errorf("%q → %v, %v", r, e, err)
		}
	}
	if s := Event(36).String(); s != "event 36" {
		t.Error(s)
	}
}

func TestParseDigits(t *testing.T) {
	if got, err := ParseDigits("1*d!"); err != nil || !slices.Equal(got, []Event{1, 10, 15, Flash}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseDigits("12-3"); !errors.Is(err, ErrDigit) || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseDigits(""); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}
