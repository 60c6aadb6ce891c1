package display

import (
	"errors"
	"image"
)

// Panel is a screen to draw on. Its methods are for one goroutine.
type Panel interface {
	// Size gives the picture's width and height in pixels, after rotation.
	Size() (w, h int)
	// Draw shows the part dirty of the picture, whose upper left corner is at
	// 0,0. img is the whole picture at each call, as image.NewRGBA makes it; its
	// alpha is not looked at. An error that wraps [ErrNoScreen] lasts until Remode
	// finds a screen.
	Draw(img *image.RGBA, dirty image.Rectangle) error
	// Remode looks which screen is connected by now and sets its mode. changed
	// tells that the size may be another and that all has to be drawn again.
	Remode() (changed bool, err error)
	// Backlight switches the light of the screen, or the screen itself where there
	// is no such light. What is drawn in the dark is seen afterwards.
	Backlight(on bool) error
	// Close gives the screen back to whoever had it before.
	Close() error
	// String names the device, its driver and its mode.
	String() string
}

// Config says which screen, and how it is built in.
type Config struct {
	// Device is "auto" or "" for the first that has a screen connected, else
	// a node such as "/dev/dri/card0" or "/dev/fb0".
	Device string
	// Rotate is how far the picture is turned clockwise: 0, 90, 180 or 270 degrees.
	Rotate int
	// Width and Height ask for a mode of this size (after rotation) where the
	// screen has several; 0 is the screen's preferred one.
	Width, Height int
	// Backlight is a name below /sys/class/backlight; empty is the first.
	Backlight string
}

// Kinds of errors.
var (
	// ErrNoScreen: nothing is connected.
	ErrNoScreen = errors.New("no screen is connected: plug one in, or write device = \"none\" under [screen]")
	// ErrNoDevice: there is no device for a screen at all.
	ErrNoDevice = errors.New("there is neither /dev/dri/card* nor /dev/fb0: load the driver of the screen, or write device = \"none\" under [screen]")
	// ErrDenied: the user may not open the device.
	ErrDenied = errors.New("permission denied: add the phone's user to the group video")
	// ErrBusy: another program shows something there.
	ErrBusy = errors.New("another program has the screen: end it (X, Wayland, a splash screen), or name another device")
	// ErrFormat: the device's pixels are of a kind that isn't known.
	ErrFormat = errors.New("its pixels are of a kind that isn't known: 32 bits (XRGB or XBGR) or 16 (RGB 565) are")
	// ErrGone: the device was taken away.
	ErrGone = errors.New("the screen's device is gone")
)
