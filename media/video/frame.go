package video

import (
	"image"
	"time"
)

// Frame is one picture of a camera: one of JPEG and Raw is set. Its memory is
// the camera's until the next picture is read.
type Frame struct {
	// JPEG is the camera's own compression, as it came.
	JPEG []byte
	// Raw is 4:2:0 or 4:2:2.
	Raw *image.YCbCr
	// Captured is when the picture was taken.
	Captured time.Time
}
