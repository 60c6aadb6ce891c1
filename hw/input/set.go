package input

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Set is all input devices of the machine, those included that come later.
type Set struct {
	cfg     Config
	events  chan Event
	dropped atomic.Uint64
	panel   atomic.Pointer[panel]
	readers sync.WaitGroup
	watch   *watch

	mu      sync.Mutex
	closed  bool
	devices map[string]*device // by node; one that can't be heard has no file
	lines   []*lines
}

// Open opens all devices. A machine without any is fine: one may be plugged in.
// [Set.Devices] tells which can't be heard, and why.
func Open(cfg Config) (*Set, error) {
	if cfg.Dir == "" {
		cfg.Dir = "/dev/input"
	}
	s := &Set{cfg: cfg, events: make(chan Event, queue), devices: map[string]*device{}}
	s.Resize(cfg.Width, cfg.Height)
	var err error
	if s.watch, err = newWatch(cfg.Dir); err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	s.scan() // after the watch: what comes in between is seen twice, and opened once
	s.openLines()
	s.readers.Go(s.follow)
	return s, nil
}

// Events gives what happens. The channel is closed by Close.
func (s *Set) Events() <-chan Event { return s.events }

// Dropped counts the events that nobody read in time.
func (s *Set) Dropped() uint64 { return s.dropped.Load() }

// Resize tells the panel's size in pixels, after rotation, which touches are told
// in from now on.
func (s *Set) Resize(w, h int) { s.panel.Store(&panel{w, h, s.cfg.Rotate}) }

// Devices lists the devices that there are, in the order of their nodes.
func (s *Set) Devices() []Device {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Device
	for _, d := range s.devices {
		list = append(list, d.Device)
	}
	for _, l := range s.lines {
		list = append(list, l.Device)
	}
	slices.SortFunc(list, func(a, b Device) int {
		return cmp.Or(cmp.Compare(len(a.Node), len(b.Node)), strings.Compare(a.Node, b.Node))
	})
	return list
}

// Close lets go of all devices.
func (s *Set) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	err := s.watch.close()
	for d := range maps.Values(s.devices) {
		err = errors.Join(err, d.close())
	}
	for _, l := range s.lines {
		err = errors.Join(err, l.close())
	}
	s.mu.Unlock()
	s.readers.Wait()
	close(s.events)
	return err
}

// send never blocks: a reader that is stuck may lose events, but no device its
// reader. Moves are the first to go, so that there is room for what ends them.
func (s *Set) send(events ...Event) {
	for _, e := range events {
		if e.Kind == Touch && e.Value == Move && len(s.events) > queue/2 {
			s.dropped.Add(1)
			continue
		}
		select {
		case s.events <- e:
		default:
			s.dropped.Add(1)
		}
	}
}

// scan opens the devices that aren't open yet, and forgets unused ones that are gone.
func (s *Set) scan() {
	nodes, _ := filepath.Glob(filepath.Join(s.cfg.Dir, "event*")) // the pattern is right
	s.mu.Lock()
	nodes = slices.AppendSeq(nodes, maps.Keys(s.devices))
	s.mu.Unlock()
	for _, node := range nodes {
		s.add(node)
	}
}

// add opens a device, unless it is heard already.
func (s *Set) add(node string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.devices[node]; s.closed || known != nil && known.file != nil {
		return
	}
	d, err := openDevice(node, s.cfg)
	if errors.Is(err, os.ErrNotExist) {
		delete(s.devices, node)
		return
	}
	if err != nil {
		d = &device{Device: Device{Node: node, Err: err}}
	}
	s.devices[node] = d
	if d.file != nil {
		s.send(Event{Kind: Plugged, Device: d.Name})
		s.readers.Go(func() { s.read(d) })
	}
}

// read tells what a device sends until it is gone. Another one may have its node
// by then.
func (s *Set) read(d *device) {
	d.run(s)
	s.remove(d)
	s.add(d.Node)
}

func (s *Set) remove(d *device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.send(d.decoder.release(nil)...)
	s.send(Event{Kind: Unplugged, Device: d.Name})
	_ = d.close()
	delete(s.devices, d.Node)
}

// follow opens the devices that come, and forgets unused ones that go.
func (s *Set) follow() {
	for {
		names, err := s.watch.next()
		if err != nil {
			return // by Close
		}
		if names == nil { // the directory has come or come back, or more than could be told
			s.scan()
		}
		for _, name := range names {
			if strings.HasPrefix(name, "event") {
				s.add(filepath.Join(s.cfg.Dir, name))
			}
		}
	}
}
