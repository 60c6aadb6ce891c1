//go:build linux

package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// zeros are the bytes of a RAND of zeros: sipp fails with an RES that holds a
// zero byte, and that of this RAND has none.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// withCore runs f at an IMS core, and ends that.
func withCore(ctx context.Context, lab *peertest.Lab, o peertest.IMSOptions, f func(*peertest.IMSCore) error) error {
	h, err := lab.Host("core", 11)
	if err != nil {
		return err
	}
	o.Random = zeros{}
	core, err := peertest.StartIMSCore(ctx, h, o)
	if err != nil {
		return err
	}
	if err = f(core); err != nil {
		err = fmt.Errorf("%w\n%s", err, core.Log())
		_ = core.Close()
		return err
	}
	return core.Close()
}

// withoutESP is what a phone for these tests protects its signalling with where the
// core's kernel has no ESP: see [peertest.PhoneIMS].
const withoutESP = "unprotected"

// startAlice starts the phone of the core's first subscriber, with ESP by whom
// ipsec names.
func startAlice(ctx context.Context, binary, ipsec string, lab *peertest.Lab, core *peertest.IMSCore) (*peertest.Phone, error) {
	h, err := lab.Host("phone", 21)
	if err != nil {
		return nil, err
	}
	alice := peertest.IMSAlice()
	return peertest.StartPhone(ctx, h, peertest.PhoneConfig{
		Binary: binary, Domain: peertest.IMSRealm, Transport: "udp", Codec: "PCMU", Tone: 440, Bare: true,
		IMS: &peertest.PhoneIMS{
			IMSI: alice.IMSI, K: hex.EncodeToString(alice.K[:]), OP: hex.EncodeToString(alice.OP[:]),
			PCSCF: []string{core.Host.IPv4.String()}, IPsec: ipsec,
		},
	})
}

// since is the time from t to an instant that is given since the epoch.
func since(t time.Time, instant time.Duration) time.Duration {
	return time.Unix(0, int64(instant)).Sub(t)
}
