package input

import "math/bits"

// bitset is what the kernel calls a bitmap: bytes, the lowest bit first. (Its
// words are those of a little-endian machine.)
type bitset []byte

func (b bitset) has(i int) bool { return i>>3 < len(b) && b[i>>3]>>(i&7)&1 != 0 }

// between tells whether any bit from low on and below high is set.
func (b bitset) between(low, high int) bool {
	for i := low; i < high; i++ {
		if b.has(i) {
			return true
		}
	}
	return false
}

func (b bitset) count() (n int) {
	for _, v := range b {
		n += bits.OnesCount8(v)
	}
	return n
}

func (b bitset) set(i int, on bool) {
	if on {
		b[i>>3] |= 1 << (i & 7)
	} else {
		b[i>>3] &^= 1 << (i & 7)
	}
}
