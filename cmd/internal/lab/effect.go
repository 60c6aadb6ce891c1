package lab

import (
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Effect is what the driver of a core is to do, in order.
type Effect interface{ labEffect() }

// Transmit puts a message on the wire: over the set of SAs that its flow's Gen
// names, or in the clear where that is 0.
type Transmit txn.Transmit

// Install brings up a set of SAs, as the P-CSCF sees it, and opens its ports.
// Lifetime is its hard limit.
type Install struct {
	Gen      uint32
	Set      secagree.Set
	Lifetime time.Duration
}

// Extend moves the hard limit of a set to Lifetime from now.
type Extend struct {
	Gen      uint32
	Lifetime time.Duration
}

// Remove takes a set down, after what was sent before.
type Remove struct{ Gen uint32 }

func (Transmit) labEffect() {}
func (Install) labEffect()  {}
func (Extend) labEffect()   {}
func (Remove) labEffect()   {}
