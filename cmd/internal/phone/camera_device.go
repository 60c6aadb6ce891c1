package phone

import (
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/camera"
	"github.com/imsphone/imsphone/media/video"
)

// openCamera is camera.Open, or a test's.
type openCamera func(camera.Config) (camera.Camera, error)

// openDevice opens a camera of this machine.
func openDevice(open openCamera, name string, wish actors.VideoWish) (actors.Camera, error) {
	c, err := open(camera.Config{Device: name, Width: wish.Width, Height: wish.Height, Rate: wish.Rate, JPEG: wish.JPEG})
	if err != nil {
		return nil, err
	}
	return &deviceCamera{Camera: c}, nil
}

// deviceCamera gives a camera's frames as a stream takes them, without a copy.
type deviceCamera struct {
	camera.Camera
	frame camera.Frame
	// begin is when the camera's time began, on our clock: as early as a frame
	// ever came.
	begin time.Time
}

// Read waits for the camera's next frame.
func (c *deviceCamera) Read(f *video.Frame) error {
	if err := c.Camera.Read(&c.frame); err != nil {
		return err
	}
	if begin := time.Now().Add(-c.frame.Time); c.begin.IsZero() || begin.Before(c.begin) {
		c.begin = begin
	}
	*f = video.Frame{Captured: c.begin.Add(c.frame.Time)}
	if c.frame.JPEG() {
		f.JPEG = c.frame.Data
		return nil
	}
	var err error
	f.Raw, err = c.frame.YCbCr()
	return err
}
