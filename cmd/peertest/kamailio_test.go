//go:build peers

package peertest

import "testing"

func TestKamailioStartsAndRestarts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{})
	check(t, k.Restart(e.step()))
}
