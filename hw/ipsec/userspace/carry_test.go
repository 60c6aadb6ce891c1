package userspace

import (
	"io"
	"testing"
)

// TestUDP sends along the four SAs.
func TestUDP(t *testing.T) {
	everyKind(t, func(t *testing.T, w *world) {
		uc, us := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.ue, w.us())
		pc, ps := listenUDP(t, w.pcscf, w.pc()), listenUDP(t, w.pcscf, w.ps())
		for _, size := range []int{1, 600, 1300, 20000} {
			b := pattern(size)
			send(t, uc, w.ps(), b)
			wantUDP(t, ps, w.uc(), b)
			send(t, ps, w.uc(), b)
			wantUDP(t, uc, w.ps(), b)
			send(t, pc, w.us(), b)
			wantUDP(t, us, w.pc(), b)
			send(t, us, w.pc(), b)
			wantUDP(t, pc, w.us(), b)
		}
		for i, c := range w.hUE.Counters() {
			if c.Packets != 4 || c.Bytes < 21901 {
				t.Errorf("SA %d of the UE: %+v", i, c)
			}
		}
		if ue, pcscf := w.hUE.Counters(), w.hPCSCF.Counters(); ue != pcscf {
			t.Errorf("the ends differ: %+v and %+v", ue, pcscf)
		}
		if ue, pcscf := w.ue.Stats(), w.pcscf.Stats(); ue != (Stats{}) || pcscf != (Stats{}) {
			t.Errorf("dropped: %+v and %+v", ue, pcscf)
		}
	})
}

// TestTCP sends 100 kB each way over a connection of each side.
func TestTCP(t *testing.T) {
	everyKind(t, func(t *testing.T, w *world) {
		b := pattern(100_000)
		us, ps := listenTCP(t, w.ue, w.us()), listenTCP(t, w.pcscf, w.ps())
		out := dialTCP(t, w.ue, w.uc(), w.ps())
		in := accept(t, ps)
		if in.RemoteAddr().String() != w.uc().String() || in.LocalAddr().String() != w.ps().String() {
			t.Errorf("connection from %s to %s", in.RemoteAddr(), in.LocalAddr())
		}
		transfer(t, out, in, b)
		transfer(t, in, out, b)
		back := dialTCP(t, w.pcscf, w.pc(), w.us())
		there := accept(t, us)
		transfer(t, back, there, b)
		transfer(t, there, back, b)
		out.Close()
		if _, err := in.Read(b); err != io.EOF {
			t.Errorf("after the peer's Close: %v", err)
		}
		if ue, pcscf := w.ue.Stats(), w.pcscf.Stats(); ue != (Stats{}) || pcscf != (Stats{}) {
			t.Errorf("dropped: %+v and %+v", ue, pcscf)
		}
	})
}
