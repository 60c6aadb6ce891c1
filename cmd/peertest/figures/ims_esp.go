//go:build linux

package main

import (
	"context"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// registrationWithESP is what ESP adds to a first registration: the four SAs at
// both ends, and the packets through them. Nobody can read these on the wire, so
// the end is when the phone has the 200.
func registrationWithESP(backend string) trial {
	by := func(backend string) func(context.Context, options, *peertest.Lab, int) ([]float64, error) {
		return func(ctx context.Context, o options, lab *peertest.Lab, _ int) ([]float64, error) {
			return untilRegistered(ctx, o, backend, lab)
		}
	}
	return trial{
		key:     "ims-esp-" + backend,
		title:   "First registration at an IMS core with ESP by: " + backend + " (Kamailio by the kernel, in a guest)",
		esp:     true,
		sides:   [2]side{{backend, 0, by(backend)}, {"without", 0, by(withoutESP)}},
		figures: []figure{{"exec → 200", "ms", 0}, {"CPU time of the phone", "ms", 0}},
	}
}

func untilRegistered(ctx context.Context, o options, backend string, lab *peertest.Lab) (v []float64, err error) {
	options := peertest.IMSOptions{NonceReuse: true, RealESP: backend != withoutESP}
	err = withCore(ctx, lab, options, func(core *peertest.IMSCore) error {
		p, err := startAlice(ctx, o.binary, backend, lab, core)
		if err != nil {
			return err
		}
		if _, err := p.WaitAccount(ctx, "registered"); err != nil {
			return err
		}
		at, err := p.RegisteredAt(ctx)
		if err != nil {
			return err
		}
		cpu, err := p.CPU()
		v = []float64{milliseconds(at.Sub(p.Started)), milliseconds(cpu)}
		return err
	})
	return v, err
}
