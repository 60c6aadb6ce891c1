//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// renewedRegistration is what one renewal takes that imsphone register asks for:
// with the nonce that is known, which leaves the associations as they are; and
// challenged again, which makes new ones.
func renewedRegistration() trial {
	reused := func(reuse bool) func(context.Context, options, *peertest.Lab, int) ([]float64, error) {
		return func(ctx context.Context, o options, lab *peertest.Lab, trips int) ([]float64, error) {
			return renewals(ctx, o, lab, trips, reuse)
		}
	}
	return trial{
		key:   "ims-renewal",
		title: "Renewed registration at an IMS core (Kamailio; without ESP)",
		sides: [2]side{{"nonce reused", 1, reused(true)}, {"challenged", 2, reused(false)}},
		figures: []figure{
			{"REGISTER → 200, median", "ms", 0},
			{"of it the core", "ms", 0},
			{"of it the phone itself", "ms", 0},
			{"CPU time of the phone, mean", "ms", 0},
			{"round trips", "", 0},
			{"messages", "", 0},
			{"bytes in UDP", "kB", 0},
		},
	}
}

// renewals registers and renews that several times; it gives the figures of one.
func renewals(ctx context.Context, o options, lab *peertest.Lab, trips int, reuse bool) (v []float64, err error) {
	// A replaced set lives on in the P-CSCF, so there has to be room for all, and
	// for those of who is challenged again: a run without room ends in a timeout
	// and doesn't say why.
	options := peertest.IMSOptions{NonceReuse: reuse, Associations: 2*o.renewals + 10}
	err = withCore(ctx, lab, options, func(core *peertest.IMSCore) error {
		p, err := settledAlice(ctx, o, lab, core)
		if err != nil {
			return err
		}
		capture, err := peertest.StartCapture(ctx, core.Host)
		if err != nil {
			return err
		}
		cpu, err := renew(ctx, p, o.renewals)
		if err != nil {
			return err
		}
		packets, err := capture.SIP(ctx)
		if err != nil {
			return err
		}
		found, err := wanted(packets, o.renewals, trips)
		if err == nil {
			v = renewed(found, cpu)
		}
		return err
	})
	return v, err
}

// settledAlice starts a phone and waits until it is registered and has done what
// belongs to no renewal: its subscription and the first notification.
func settledAlice(ctx context.Context, o options, lab *peertest.Lab, core *peertest.IMSCore) (*peertest.Phone, error) {
	p, err := startAlice(ctx, o.binary, withoutESP, lab, core)
	if err != nil {
		return nil, err
	}
	if _, err := p.WaitAccount(ctx, "registered"); err != nil {
		return nil, err
	}
	return p, pass(ctx, registering)
}

// renew renews the registration n times and gives the processor time that the
// phone took for that, its control socket and its events included.
func renew(ctx context.Context, p *peertest.Phone, n int) (time.Duration, error) {
	before, err := p.CPU()
	if err != nil {
		return 0, err
	}
	for i := range n {
		if err := p.Command(ctx, nil, "register"); err != nil {
			return 0, err
		}
		if err := p.WaitRefreshed(ctx); err != nil {
			return 0, fmt.Errorf("renewal %d: %w", i+1, err)
		}
	}
	after, err := p.CPU()
	return after - before, err
}

// renewed gives the figures of one of several renewals.
func renewed(all []registration, cpu time.Duration) []float64 {
	rows := make([][]float64, len(all))
	for i, r := range all {
		rows[i] = []float64{
			milliseconds(r.core() + r.own()),
			milliseconds(r.core()),
			milliseconds(r.own()),
			milliseconds(cpu) / float64(len(all)),
			float64(len(r.exchanges)),
			float64(r.messages),
			float64(r.bytes) / 1000,
		}
	}
	v := make([]float64, len(rows[0]))
	for i := range v {
		v[i] = median(column(rows, i))
	}
	return v
}
