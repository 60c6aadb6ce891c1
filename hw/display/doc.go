// Package display draws on the screen of a handheld, without any library and
// without a window system: by the kernel's mode setting (DRM dumb buffers), or
// by the older framebuffer device where there is no other.
//
// [Open] finds a screen. Its [Panel] takes pictures as [image.RGBA], of which it
// converts what has changed to the screen's own format, turned as the screen is
// built in. Nothing here runs by itself: who listens for the kernel's news calls
// [Panel.Remode] when a screen is plugged in or out.
package display
