//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// firstRegistration is what it takes from the program's start to the 200 for its
// protected REGISTER: AKA, and a set of associations. sipp plays a phone of the
// same keys that makes no sockets and no SAs, and starts nothing but its scenario.
func firstRegistration() trial {
	return trial{
		key:   "ims-start",
		title: "First registration at an IMS core, exec → 200 (Kamailio; without ESP)",
		sides: [2]side{
			{"imsphone", 2, func(ctx context.Context, o options, lab *peertest.Lab, trips int) ([]float64, error) {
				return atCore(ctx, lab, trips, func(core *peertest.IMSCore) (*peertest.Process, error) { return registerPhone(ctx, o, lab, core) })
			}},
			{"sipp", 2, func(ctx context.Context, _ options, lab *peertest.Lab, trips int) ([]float64, error) {
				return atCore(ctx, lab, trips, func(core *peertest.IMSCore) (*peertest.Process, error) { return registerSipp(ctx, lab, core) })
			}},
		},
		figures: []figure{
			{"exec → 200", "ms", 0},
			{"of it the core", "ms", 0},
			{"of it the phone itself", "ms", 0},
			{"of that after its first REGISTER", "ms", 0},
			{"round trips", "", 1},
			{"messages", "", 0},
			{"bytes in UDP", "kB", 0},
		},
	}
}

// atCore lets a phone register and reads from the core's wire what that took.
func atCore(ctx context.Context, lab *peertest.Lab, trips int, register func(*peertest.IMSCore) (*peertest.Process, error)) (v []float64, err error) {
	err = withCore(ctx, lab, peertest.IMSOptions{NonceReuse: true}, func(core *peertest.IMSCore) error {
		capture, err := peertest.StartCapture(ctx, core.Host)
		if err != nil {
			return err
		}
		p, err := register(core)
		if err != nil {
			return err
		}
		packets, err := capture.SIP(ctx)
		if err != nil {
			return err
		}
		found, err := wanted(packets, 1, trips)
		if err == nil {
			v = found[0].first(p.Started)
		}
		return err
	})
	return v, err
}

// first gives the figures of a registration of a program that began then.
func (r registration) first(began time.Time) []float64 {
	whole := since(began, r.done())
	return []float64{
		milliseconds(whole),
		milliseconds(r.core()),
		milliseconds(whole - r.core()),
		milliseconds(r.own()),
		float64(len(r.exchanges)),
		float64(r.messages),
		float64(r.bytes) / 1000,
	}
}

func registerPhone(ctx context.Context, o options, lab *peertest.Lab, core *peertest.IMSCore) (*peertest.Process, error) {
	p, err := startAlice(ctx, o.binary, withoutESP, lab, core)
	if err != nil {
		return nil, err
	}
	_, err = p.WaitAccount(ctx, "registered")
	return p.Process, err
}

// registerSipp lets sipp register. It fails where it is challenged again.
func registerSipp(ctx context.Context, lab *peertest.Lab, core *peertest.IMSCore) (*peertest.Process, error) {
	h, err := lab.Host("sipp", 41)
	if err != nil {
		return nil, err
	}
	sipp, err := peertest.StartSipp(h, peertest.SippRun{Scenario: "ims-register.xml", Target: core.Proxy().String(), Calls: 1})
	if err != nil {
		return nil, err
	}
	result, err := sipp.Result(ctx)
	if err == nil && result.Successful != 1 {
		err = fmt.Errorf("%w, or sipp did not register: %+v", errQuick, result)
	}
	return sipp.Process, err
}
