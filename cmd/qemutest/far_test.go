//go:build qemu

package qemutest

import "testing"

// TestFarPhones: the core and the phones outside of the guests work by
// themselves, so that what fails elsewhere is the guest's.
func TestFarPhones(t *testing.T) {
	ctx := long(t)
	one, two := site.Pair(), site.Pair()
	a, err := site.StartFar(ctx, one, 440, "", "")
	if err != nil {
		t.Fatal(err)
	}
	b, err := site.StartFar(ctx, two, 660, "", "auto_answer = true\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Dial(ctx, "", two.Far.Name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Await(ctx, 0, "answered"); err != nil {
		t.Fatal(err)
	}
	if err := a.Hangup(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Await(ctx, 0, "ended"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*Far{a, b} {
		if err := f.Leave(ctx); err != nil {
			t.Error(err)
		}
	}
}
