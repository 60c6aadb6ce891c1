package peertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func equals(want string) func(string) bool { return func(s string) bool { return s == want } }

func TestJournalTakesEachEntryOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j Journal[string]
		go func() {
			for _, s := range []string{"b", "a", "a"} {
				time.Sleep(time.Second)
				j.Add(s)
			}
		}()
		for _, want := range []string{"a", "b", "a"} { // b came before the first a
			if _, err := j.Wait(t.Context(), want, equals(want)); err != nil {
				t.Error(err)
			}
		}
		if n := j.Count(equals("a")); n != 2 {
			t.Errorf("a counted %d times, want 2", n)
		}
	})
}

func TestJournalGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j Journal[string]
		j.Add("the last line")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := j.Wait(ctx, "an answer", equals("answer"))
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the last line") {
			t.Errorf("got %v, want the deadline and the last line", err)
		}
		j.End()
		if _, err := j.Wait(t.Context(), "an answer", equals("answer")); err == nil {
			t.Error("waiting for an ended source succeeded")
		}
	})
}
