package rtcp

import (
	"testing"
	"time"
)

func TestNTP(t *testing.T) {
	for _, c := range []struct {
		at   time.Time
		want uint64
	}{
		{time.Unix(0, 0), 2208988800 << 32},
		{time.Unix(0, 5e8), 2208988800<<32 | 1<<31},
		// RFC 3550 §6.4.1: the example's A, 46864.500 in the short form.
		{time.Date(1995, 11, 10, 11, 33, 25, 125e6, time.UTC), 0xb44db705_20000000},
		// The next era.
		{time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC), 0},
		{time.Date(2036, 2, 7, 6, 28, 17, 0, time.UTC), 1 << 32},
	} {
		if got := NTP(c.at); got != c.want {
			t.Errorf("NTP(%v) = %#x, want %#x", c.at, got, c.want)
		}
		if back := FromNTP(c.want); !back.Equal(c.at) {
			t.Errorf("FromNTP(%#x) = %v, want %v", c.want, back, c.at)
		}
	}
	if got := Middle(0xb44db705_20000000); got != 0xb7052000 {
		t.Errorf("Middle = %#x, want the example's 0xb7052000", got)
	}
}

func TestNTPBackAndForth(t *testing.T) {
	for at := time.Date(1990, 1, 1, 0, 0, 0, 1, time.UTC); at.Year() < 2100; at = at.Add(997*time.Hour + 123456789) {
		if back := FromNTP(NTP(at)); back.Sub(at).Abs() > time.Nanosecond {
			t.Fatalf("%v came back as %v", at, back)
		}
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want uint32
	}{
		{-time.Second, 0}, {0, 0}, {time.Second, 65536}, {5250 * time.Millisecond, 0x00054000}, {24 * time.Hour, 1<<32 - 1},
	} {
		if got := Short(c.d); got != c.want {
			t.Errorf("Short(%v) = %#x, want %#x", c.d, got, c.want)
		}
	}
	if got := FromShort(0x00054000); got != 5250*time.Millisecond {
		t.Errorf("FromShort = %v", got)
	}
	if got := FromShort(1<<32 - 1); got.Round(time.Second) != 65536*time.Second {
		t.Errorf("FromShort of the greatest = %v", got)
	}
}
