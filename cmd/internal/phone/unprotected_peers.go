//go:build peers

package phone

import (
	"context"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// openUnprotected gives a backend without ESP, for tests against a P-CSCF whose
// kernel has none: security agreement and protected ports are as they should
// be, what goes between them is in the clear.
func openUnprotected() (backend, error) { return unprotected{}, nil }

type unprotected struct{}

func (unprotected) network() sipnet.Network                                 { return sipnet.System{} }
func (u unprotected) install(context.Context, secagree.Set) (handle, error) { return u, nil }
func (unprotected) hints() string                                           { return "" }
func (unprotected) mark()                                                   {}
func (unprotected) outside() uint64                                         { return 0 }
func (unprotected) close() error                                            { return nil }
func (unprotected) setLifetime(time.Duration) error                         { return nil }
func (unprotected) counters() (c [4]actors.SACounters, err error)           { return c, nil }
