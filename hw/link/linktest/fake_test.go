package linktest_test

import (
	"errors"
	"testing"

	"github.com/imsphone/imsphone/hw/link"
	"github.com/imsphone/imsphone/hw/link/linktest"
)

func TestFake(t *testing.T) {
	var f linktest.Fake
	var got []link.Change
	w, err := f.Watch(func(c link.Change) { got = append(got, c) })
	if err != nil {
		t.Fatal(err)
	}
	f.Change(link.Change{Resumed: true})
	if n := f.Watching(); n != 1 || len(got) != 1 || !got[0].Resumed {
		t.Errorf("%d watch, %v", n, got)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	f.Change(link.Change{})
	if n := f.Watching(); n != 0 || len(got) != 1 {
		t.Errorf("after Close %d watch, %v", n, got)
	}
	if err := w.Close(); !errors.Is(err, linktest.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
	refusal := errors.New("no netlink")
	f.Refuse(refusal)
	if _, err := f.Watch(func(link.Change) {}); !errors.Is(err, refusal) {
		t.Errorf("refused Watch: %v", err)
	}
}
