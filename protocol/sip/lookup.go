package sip

// The header names are found by a small open hash over their length and three
// of their letters: one probe and one comparison for nearly all of them.
const lookupSlots = 1024

var lookupTable = buildLookup()

func buildLookup() (table [lookupSlots]HeaderID) {
	for id := HVia; id < numHeaders; id++ {
		slot := lookupHash(headerNames[id])
		for table[slot] != HOther {
			slot = (slot + 1) % lookupSlots
		}
		table[slot] = id
	}
	return table
}

// lookupHash needs at least one letter; case doesn't change it.
func lookupHash(name string) uint32 {
	n := uint32(len(name))
	h := n*131 + uint32(name[0]|0x20)*37 + uint32(name[n-1]|0x20)*7 + uint32(name[n/2]|0x20)*173
	return (h ^ h>>10) % lookupSlots
}

// LookupHeader gives the header of that name, in any case and also by its
// compact form (RFC 3261 §7.3.3), or HOther.
func LookupHeader(name string) HeaderID {
	if len(name) < 2 {
		if name == "" || name[0] < 'A' {
			return HOther
		}
		return compactForm(name[0])
	}
	for slot := lookupHash(name); ; slot = (slot + 1) % lookupSlots {
		id := lookupTable[slot]
		if id == HOther || headerNames[id] == name || EqualFold(headerNames[id], name) {
			return id
		}
	}
}
