package sim

import "github.com/imsphone/imsphone/hw/sim/apdu"

// The tags of a file control parameter template (TS 102 221 §11.1.1.3).
const (
	tagFCP        = 0x62
	tagFileSize   = 0x80
	tagDescriptor = 0x82
	tagPINStatus  = 0xc6
)

// fcp is what the answer to a SELECT tells.
type fcp struct {
	size int // of a transparent file in bytes; -1 if not told
	// records and recordSize are of a linear or cyclic file; 0 if it is
	// another or not told.
	records, recordSize int
	pin                 []byte // PIN status template; nil if not told
}

// parseFCP reads what it can; a card that tells less is served by defaults.
func parseFCP(answer []byte) fcp {
	f := fcp{size: -1}
	outer, _ := apdu.ParseObjects(answer) // what came before a fault counts
	template, ok := apdu.Find(outer, tagFCP)
	if !ok {
		return f
	}
	list, _ := apdu.ParseObjects(template) // likewise
	if v, ok := apdu.Find(list, tagFileSize); ok && len(v) == 2 {
		f.size = int(v[0])<<8 | int(v[1])
	}
	if v, ok := apdu.Find(list, tagDescriptor); ok && len(v) >= 5 {
		f.recordSize, f.records = int(v[2])<<8|int(v[3]), int(v[4])
	}
	f.pin, _ = apdu.Find(list, tagPINStatus)
	return f
}
