//go:build peers

package peertest

import (
	"context"
	"slices"
	"testing"
)

// imsCore starts an IMS core at 10.46.0.11.
func (e *env) imsCore(o IMSOptions) *IMSCore {
	e.t.Helper()
	check(e.t, Need(IMSPrograms()...))
	c := must(StartIMSCore(e.step(), e.host("core", 11), o))(e.t)
	e.t.Cleanup(func() {
		if e.t.Failed() {
			e.t.Log(c.Log())
		}
		check(e.t, c.Close())
	})
	return c
}

// deregister lets the HSS end a subscriber's registration. Kamailio's S-CSCF does
// what it is asked to, but hangs now and then on a busy machine before it answers
// the HSS, so that nothing waits for that.
func (e *env) deregister(c *IMSCore, u IMSUser, why string) {
	ctx, cancel := context.WithCancel(e.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := c.Deregister(ctx, u, why); err != nil {
			e.t.Log(err)
		}
	}()
	e.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// TestIMSCoreRegistersSipp: AKA, sec-agree and both protected ports, from the
// first REGISTER to the de-registration. As sipp is quick, and never starts anew
// (see enter), a call of its may fail.
func TestIMSCoreRegistersSipp(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	// sipp fails with an RES that holds a zero byte; that of this RAND has none.
	c := e.imsCore(IMSOptions{NonceReuse: true, Random: zeros{}})
	h := e.host("sipp", 41)
	want := []string{"UAR", "MAR", "UAR", "SAR", "UAR", "SAR"}
	for try := 1; ; try++ {
		before := len(c.HSS.Journal())
		run := e.sipp(h, SippRun{Scenario: "ims-register.xml", Target: c.Proxy().String(), Calls: 1})
		r := must(run.Result(e.step()))(t)
		if r.Failed > 0 && try < quickTries {
			continue
		}
		var asked []string
		for _, entry := range c.HSS.Journal()[before:] {
			asked = append(asked, entry.Command)
		}
		if r.Successful != 1 || !slices.Equal(asked, want) {
			t.Errorf("%+v; the HSS was asked %v, want %v", r, asked, want)
		}
		return
	}
}

// zeros are the bytes of a RAND of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
