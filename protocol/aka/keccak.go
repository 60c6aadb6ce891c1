package aka

import "math/bits"

// roundConstants are iota's (FIPS 202 §3.2.5).
var roundConstants = [24]uint64{
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
	0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
	0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
}

// lanes is Keccak's state: lane x, y at index x+5y.
type lanes [25]uint64

// permute is Keccak-f[1600] (FIPS 202 §3.3). The standard library has the
// hash functions on it, but not the bare permutation.
func (a *lanes) permute() {
	for _, rc := range roundConstants {
		a.theta()
		a.rhoPiChi()
		a[0] ^= rc
	}
}

// theta is FIPS 202 §3.2.1.
func (a *lanes) theta() {
	var c [5]uint64
	for i, lane := range a {
		c[i%5] ^= lane
	}
	for i := range a {
		x := i % 5
		a[i] ^= c[(x+4)%5] ^ bits.RotateLeft64(c[(x+1)%5], 1)
	}
}

// rhoPiChi is FIPS 202 §3.2.2 to §3.2.4. Rho's offsets and pi's places come
// from the same walk over the lanes.
func (a *lanes) rhoPiChi() {
	var b lanes
	b[0] = a[0]
	x, y := 1, 0
	for t := range 24 {
		from := x + 5*y
		x, y = y, (2*x+3*y)%5
		b[x+5*y] = bits.RotateLeft64(a[from], (t+1)*(t+2)/2)
	}
	for i := range a {
		row := i - i%5
		a[i] = b[i] ^ ^b[row+(i+1)%5]&b[row+(i+2)%5]
	}
}
