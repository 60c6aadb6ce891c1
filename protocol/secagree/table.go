package secagree

import (
	"slices"
	"time"
)

// State is where a set of SAs is in its life (TS 33.203 §7.4, TS 24.229
// §5.1.1.5.1). A set that the table doesn't hold is gone.
type State uint8

// The states of a set.
const (
	// Gone: not there, or not there any more.
	Gone State = iota
	// Installing: the backend is at work.
	Installing
	// Temporary: installed, and the REGISTER over it isn't answered yet.
	Temporary
	// Active: new requests go over it.
	Active
	// Draining: a newer set is active; what began here ends here.
	Draining
)

// String names the state as status output does.
func (s State) String() string {
	return [...]string{"gone", "installing", "temporary", "active", "draining"}[s]
}

const (
	// awaitAuth is the timer reg-await-auth, the life of a temporary set
	// (TS 24.229 table 7.8.1).
	awaitAuth = 4 * time.Minute
	// grace is how much longer than its registration a set lives
	// (TS 24.229 §5.1.1.5.1).
	grace = 30 * time.Second
)

// Table is the sets of SAs of one registration, as a pure core:
//
//	       Agreed              Installed             Confirmed           another Confirmed
//	Gone ─────────▶ Installing ─────────▶ Temporary ──────────▶ Active ───────────────────▶ Draining
//
//	Installing, Temporary: Abandoned ──▶ Gone
//	Draining: Quiet, once the newer set has been heard on ──▶ Gone
//	any: its time is up, Lost, Released ──▶ Gone
//
// Every pair of state and event, with what comes of it, is in
// testdata/states.txt. An event that its state has no use for, and one of a set
// that is gone, gives [OutOfPlace].
//
// The driver makes and deletes the SAs, and tells what it sees of them.
type Table struct{ sets []*entry }

type entry struct {
	gen        uint32
	state      State
	set        Set
	expires    time.Time
	superseded bool // the newer set has been heard on: it may go once it's quiet
}

// TableEvent is what happens to a [Table].
type TableEvent interface{ tableEvent() }

// The events of a [Table]; Gen names the set.
type (
	// Agreed brings a new set, with a Gen that was never used before.
	Agreed struct {
		Gen uint32
		Set Set
	}
	// Installed and NotInstalled answer [Create].
	Installed    struct{ Gen uint32 }
	NotInstalled struct {
		Gen uint32
		Err error
	}
	// Confirmed: the REGISTER over the set, or one that needed no challenge,
	// was answered with 200. Registration is the life that it was granted.
	Confirmed struct {
		Gen          uint32
		Registration time.Duration
	}
	// Abandoned: the REGISTER over the temporary set failed.
	Abandoned struct{ Gen uint32 }
	// Heard: a message came over the set after it became active.
	Heard struct{ Gen uint32 }
	// Quiet answers [Watch]: no transaction uses the set any more.
	Quiet struct{ Gen uint32 }
	// Lost: the SAs aren't there any more, or can't be used.
	Lost struct {
		Gen uint32
		Err error
	}
	// Released: the registration has ended, or starts from the beginning.
	Released struct{}
	// TableTick: the time of Next has come.
	TableTick struct{}
)

func (Agreed) tableEvent()       {}
func (Installed) tableEvent()    {}
func (NotInstalled) tableEvent() {}
func (Confirmed) tableEvent()    {}
func (Abandoned) tableEvent()    {}
func (Heard) tableEvent()        {}
func (Quiet) tableEvent()        {}
func (Lost) tableEvent()         {}
func (Released) tableEvent()     {}
func (TableTick) tableEvent()    {}

// TableEffect is what the driver of a [Table] is to do, in order.
type TableEffect interface{ tableEffect() }

// The effects of a [Table].
type (
	// Create: install the SAs, with Lifetime as their hard limit.
	Create struct {
		Gen      uint32
		Set      Set
		Lifetime time.Duration
	}
	// Ready: the REGISTER may go over the set. NotReady: it can't.
	Ready    struct{ Gen uint32 }
	NotReady struct {
		Gen uint32
		Err error
	}
	// Use: new requests go over the set from now on.
	Use struct{ Gen uint32 }
	// Extend: the hard limit of the SAs is Lifetime from now.
	Extend struct {
		Gen      uint32
		Lifetime time.Duration
	}
	// Watch: say [Quiet] as soon as no transaction uses the set.
	Watch struct{ Gen uint32 }
	// Delete: remove the SAs and close their ports.
	Delete struct{ Gen uint32 }
	// Ended: a set that was in use is gone, Err says why; the registration has
	// to start from the beginning.
	Ended struct {
		Gen uint32
		Err error
	}
	// OutOfPlace counts an event that the set's state has no use for.
	OutOfPlace struct {
		State State
		Event TableEvent
	}
)

func (Create) tableEffect()     {}
func (Ready) tableEffect()      {}
func (NotReady) tableEffect()   {}
func (Use) tableEffect()        {}
func (Extend) tableEffect()     {}
func (Watch) tableEffect()      {}
func (Delete) tableEffect()     {}
func (Ended) tableEffect()      {}
func (OutOfPlace) tableEffect() {}

// Step takes one event and appends what the driver is to do to fx.
func (t *Table) Step(now time.Time, ev TableEvent, fx []TableEffect) []TableEffect {
	switch ev := ev.(type) {
	case Agreed:
		return t.agreed(now, ev, fx)
	case Installed:
		return t.one(now, ev.Gen, ev, fx, (*Table).installed)
	case NotInstalled:
		return t.one(now, ev.Gen, ev, fx, (*Table).notInstalled)
	case Confirmed:
		return t.one(now, ev.Gen, ev, fx, (*Table).confirmed)
	case Abandoned:
		return t.one(now, ev.Gen, ev, fx, (*Table).abandoned)
	case Heard:
		return t.one(now, ev.Gen, ev, fx, (*Table).heard)
	case Quiet:
		return t.one(now, ev.Gen, ev, fx, (*Table).quiet)
	case Lost:
		return t.one(now, ev.Gen, ev, fx, (*Table).lost)
	case Released:
		return t.released(fx)
	default:
		return t.tick(now, fx)
	}
}

// Next gives the time at which Step wants a [TableTick]; zero is never.
func (t *Table) Next() time.Time {
	var next time.Time
	for _, e := range t.sets {
		if next.IsZero() || e.expires.Before(next) {
			next = e.expires
		}
	}
	return next
}

// Member is a set as status output shows it.
type Member struct {
	Gen     uint32
	State   State
	Set     Set
	Expires time.Time
}

// Members gives the sets, the oldest first.
func (t *Table) Members() []Member {
	list := make([]Member, len(t.sets))
	for i, e := range t.sets {
		list[i] = Member{e.gen, e.state, e.set, e.expires}
	}
	return list
}

// State tells where a set is.
func (t *Table) State(gen uint32) State {
	if e := t.find(gen); e != nil {
		return e.state
	}
	return Gone
}

// Active gives the active set; ok is false where there is none.
func (t *Table) Active() (gen uint32, ok bool) {
	if e := t.active(); e != nil {
		return e.gen, true
	}
	return 0, false
}

func (t *Table) find(gen uint32) *entry {
	for _, e := range t.sets {
		if e.gen == gen {
			return e
		}
	}
	return nil
}

func (t *Table) active() *entry {
	for _, e := range t.sets {
		if e.state == Active {
			return e
		}
	}
	return nil
}

func (t *Table) one(now time.Time, gen uint32, ev TableEvent, fx []TableEffect,
	act func(*Table, time.Time, *entry, TableEvent, []TableEffect) []TableEffect) []TableEffect {
	e := t.find(gen)
	if e == nil {
		return append(fx, OutOfPlace{Gone, ev}) // late
	}
	return act(t, now, e, ev, fx)
}

func (t *Table) agreed(now time.Time, ev Agreed, fx []TableEffect) []TableEffect {
	if e := t.find(ev.Gen); e != nil {
		return append(fx, OutOfPlace{e.state, ev})
	}
	t.sets = append(t.sets, &entry{gen: ev.Gen, state: Installing, set: ev.Set, expires: now.Add(awaitAuth)})
	return append(fx, Create{ev.Gen, ev.Set, awaitAuth})
}

func (t *Table) installed(now time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	if e.state != Installing {
		return append(fx, OutOfPlace{e.state, ev})
	}
	e.state, e.expires = Temporary, now.Add(awaitAuth)
	return append(fx, Ready{e.gen})
}

func (t *Table) notInstalled(_ time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	if e.state != Installing {
		return append(fx, OutOfPlace{e.state, ev})
	}
	return append(t.remove(e, fx), NotReady{e.gen, ev.(NotInstalled).Err})
}

// confirmed is TS 24.229 §5.1.1.5.1: the set lives as long as the former set
// would have, or until half a minute after the registration.
func (t *Table) confirmed(now time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	former := t.active()
	expires := now.Add(ev.(Confirmed).Registration + grace)
	if former != nil && former.expires.After(expires) {
		expires = former.expires
	}
	switch e.state {
	case Temporary:
		if former != nil {
			former.state = Draining
		}
		e.state = Active
		fx = append(fx, Use{e.gen})
	case Active:
	default:
		return append(fx, OutOfPlace{e.state, ev})
	}
	e.expires = expires
	return append(fx, Extend{e.gen, expires.Sub(now)})
}

func (t *Table) abandoned(_ time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	switch e.state {
	case Installing, Temporary:
		return t.remove(e, fx)
	}
	return append(fx, OutOfPlace{e.state, ev})
}

// heard lets the older sets go, once what runs on them has ended.
func (t *Table) heard(_ time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	switch e.state {
	case Active:
	case Temporary, Draining:
		return fx // its answer, and what ends on it
	default:
		return append(fx, OutOfPlace{e.state, ev})
	}
	for _, old := range t.sets {
		if old.state == Draining && !old.superseded {
			old.superseded = true
			fx = append(fx, Watch{old.gen})
		}
	}
	return fx
}

func (t *Table) quiet(_ time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	if e.state != Draining || !e.superseded {
		return append(fx, OutOfPlace{e.state, ev})
	}
	return t.remove(e, fx)
}

func (t *Table) lost(_ time.Time, e *entry, ev TableEvent, fx []TableEffect) []TableEffect {
	return t.end(e, ev.(Lost).Err, fx)
}

// end removes a set that nobody asked to end.
func (t *Table) end(e *entry, err error, fx []TableEffect) []TableEffect {
	fx = t.remove(e, fx)
	switch e.state {
	case Installing:
		return append(fx, NotReady{e.gen, err})
	case Temporary, Active:
		return append(fx, Ended{e.gen, err})
	}
	return fx
}

func (t *Table) released(fx []TableEffect) []TableEffect {
	for _, e := range t.sets {
		fx = append(fx, Delete{e.gen})
	}
	t.sets = nil
	return fx
}

func (t *Table) tick(now time.Time, fx []TableEffect) []TableEffect {
	for _, e := range slices.Clone(t.sets) {
		if !now.Before(e.expires) {
			fx = t.end(e, ErrExpired, fx)
		}
	}
	return fx
}

func (t *Table) remove(e *entry, fx []TableEffect) []TableEffect {
	t.sets = slices.DeleteFunc(t.sets, func(x *entry) bool { return x == e })
	return append(fx, Delete{e.gen})
}
