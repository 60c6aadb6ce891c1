// Package camera gives a call its picture: from a camera that the kernel drives
// (Video4Linux2), without cgo.
//
// A Camera is the clock of a call's video: Read blocks until the next frame. A
// reader that comes late gets the newest frame; those before it are dropped and
// counted. JPEG comes as the camera made it; other formats can be looked at as
// an *image.YCbCr, without an allocation a frame.
//
// Only one goroutine of a camera waits for the driver and owns its buffers;
// frames are copied out of them, since buffers of many small boards' cameras
// are slow to read twice, and nobody is left with memory that went away with its
// device. A driver that hangs costs that goroutine, never a call.
package camera
