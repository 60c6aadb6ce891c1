package screen

import (
	"image"

	"github.com/imsphone/imsphone/actors"
)

// Event is what happens to the face of the phone.
type Event interface{ event() }

type (
	// Key is a key that was pressed, released, or is held.
	Key struct {
		Code KeyCode
		// Rune is the character of a Char key.
		Rune   rune
		Action Action
	}
	// Touch is a finger at a place, in pixels of the picture.
	Touch struct {
		At     image.Point
		Action Action
	}
	// Status is a snapshot of the phone.
	Status struct{ actors.Status }
	// News is what the phone tells.
	News struct{ actors.Event }
	// Answered tells what became of a [Command]; Err is nil where it was done.
	Answered struct {
		Command Command
		Answer  Answer
		Err     error
	}
	// Pictures tells whether there are pictures to show: the far end's, our own.
	Pictures struct{ Far, Own bool }
	// Resized: the picture has another size, or begins anew.
	Resized struct{ Size image.Point }
	// Tick is the time that [Core.Next] asked for.
	Tick struct{}
)

// Answer is what the phone says to a [Command], as far as the face wants to know.
type Answer struct {
	// Percent is the volume that there is now.
	Percent int `json:"percent"`
}

func (Key) event()      {}
func (Touch) event()    {}
func (Status) event()   {}
func (News) event()     {}
func (Answered) event() {}
func (Pictures) event() {}
func (Resized) event()  {}
func (Tick) event()     {}

// Action is what befell a key or a finger.
type Action uint8

// The actions. Held repeats while a key is down, or a finger moves.
const (
	Down Action = iota
	Held
	Up
)

// KeyCode is a key of the phone, whatever the board calls it.
type KeyCode uint8

// The keys. Char is one that writes: a digit, *, #, + or, on a keyboard, any
// other character.
const (
	Char KeyCode = iota
	CallKey
	EndKey
	OK
	Back
	Erase
	UpKey
	DownKey
	LeftKey
	RightKey
	SoftLeft
	SoftRight
	VolumeUp
	VolumeDown
	MuteKey
	// HookKey answers or ends: a headset's button.
	HookKey
	// OffHook and OnHook are the two ways of a hook switch.
	OffHook
	OnHook
)
