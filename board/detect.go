package board

import (
	"bytes"
	"os"
	"slices"
)

// compatiblePath is where Linux shows the root node's "compatible".
const compatiblePath = "/proc/device-tree/compatible"

// Here finds the board that the program runs on. A machine without a device tree
// is [Generic].
func Here() Profile {
	compatible, err := os.ReadFile(compatiblePath)
	if err != nil {
		return Generic()
	}
	return Detect(compatible)
}

// Detect finds the built-in profile for a device tree's root node: compatible is
// the property's value, strings that end with NUL.
func Detect(compatible []byte) Profile {
	profiles := All()
	for name := range bytes.SplitSeq(compatible, []byte{0}) {
		for _, p := range profiles {
			if len(name) > 0 && slices.Contains(p.Compatible, string(name)) {
				return p
			}
		}
	}
	return Generic()
}
