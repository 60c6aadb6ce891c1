package driver

import "image"

// Memory is a panel that nobody sees: what is drawn can be had as a screenshot.
type Memory struct{ Width, Height int }

// Size gives what was asked for.
func (m Memory) Size() (w, h int) { return m.Width, m.Height }

// Draw has nothing to do.
func (Memory) Draw(*image.RGBA, image.Rectangle) error { return nil }

// Remode finds nothing else.
func (Memory) Remode() bool { return false }

// Backlight has nothing to do.
func (Memory) Backlight(bool) error { return nil }

// Close has nothing to do.
func (Memory) Close() error { return nil }
