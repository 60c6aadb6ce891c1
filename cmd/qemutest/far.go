//go:build linux

package qemutest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/phone"
)

// Far is a phone at the other end of the network, in this process: its
// microphone is a tone, and what it plays is recorded.
type Far struct {
	*phone.Phone
	// Hz is the tone that it speaks with.
	Hz int

	recorded string
	mu       sync.Mutex
	seen     []actors.Event
	more     chan struct{} // closed and made anew with each event
}

// StartFar starts the far phone of a pair and waits until it has registered.
// More is added to its configuration, inAccount to its account.
func (s *Site) StartFar(ctx context.Context, p Pair, hz int, more, inAccount string) (*Far, error) {
	return s.StartFarWith(ctx, p, hz, more, inAccount, phone.Options{})
}

// StartFarWith does the same with options, such as a screen.
func (s *Site) StartFarWith(ctx context.Context, p Pair, hz int, more, inAccount string, o phone.Options) (*Far, error) {
	dir, err := s.scratch(p.Far.Name)
	if err != nil {
		return nil, err
	}
	at := farAddr(p.number)
	if err := ip(fmt.Sprintf("address add %s/24 dev br0", at)); err != nil {
		return nil, err
	}
	keys := filepath.Join(dir, "sim.key")
	if err := os.WriteFile(keys, []byte(p.Far.SIM()), 0o600); err != nil {
		return nil, err
	}
	f := &Far{Hz: hz, recorded: filepath.Join(dir, "heard.wav"), more: make(chan struct{})}
	text := fmt.Sprintf("[state]\ndir = %q\n[audio]\ndevice = \"fake:tone=%d,record=%s\"\n%s", filepath.Join(dir, "state"), hz, f.recorded, more) +
		s.Account(p.Far, keys, fmt.Sprintf("local = \"%s:0\"\n%s", at, inAccount)) + "ipsec = \"userspace\"\n"
	cfg, err := config.Parse(p.Far.Name, []byte(text))
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	if f.Phone, err = phone.StartWith(cfg, zerolog.New(log).With().Timestamp().Logger(), o); err != nil {
		return nil, err
	}
	events, _ := f.Subscribe()
	go f.collect(events)
	return f, f.registered(ctx)
}

func (f *Far) collect(events <-chan actors.Event) {
	for e := range events {
		f.mu.Lock()
		f.seen = append(f.seen, e)
		close(f.more)
		f.more = make(chan struct{})
		f.mu.Unlock()
	}
}

func (f *Far) registered(ctx context.Context) error {
	for from := 0; ; {
		s, err := f.Status(ctx)
		if err != nil {
			return err
		}
		if s.Accounts[0].State == "registered" {
			return nil
		}
		if _, from, err = f.Await(ctx, from, "registered"); err != nil {
			return err
		}
	}
}

// Mark gives a place to wait from: what has happened until now lies before it.
func (f *Far) Mark() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.seen)
}

// Await waits for an event of a type after from; next is the place after it.
func (f *Far) Await(ctx context.Context, from int, kind string) (e actors.Event, next int, err error) {
	for {
		f.mu.Lock()
		more, seen := f.more, f.seen
		f.mu.Unlock()
		for ; from < len(seen); from++ {
			if seen[from].Type == kind {
				return seen[from], from + 1, nil
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return e, from, fmt.Errorf("the far phone had no event %q: %w", kind, ctx.Err())
		}
	}
}

// Leave hangs up, de-registers and ends the phone.
func (f *Far) Leave(ctx context.Context) error {
	f.Stop(ctx)
	return errors.Join(f.Close())
}
