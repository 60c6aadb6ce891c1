package camera

import "time"

// Camera is an open camera. Read may be called by one goroutine; the other
// methods by any.
type Camera interface {
	// Read blocks until there is a frame that it hasn't given yet, and gives the
	// newest. After Close it returns ErrClosed, and an error that wraps ErrLost
	// once the camera is gone.
	Read(f *Frame) error
	// Mode tells what the camera was set to, which may differ from the wish.
	Mode() Mode
	// Stats tells how it went so far.
	Stats() Stats
	// Close ends a blocked Read and lets go of the camera. It returns within
	// 200 ms (an error that wraps ErrStuck tells that the driver hangs).
	Close() error
}

// Stats counts what a Camera did, in frames.
type Stats struct {
	Read    uint64 // handed out by Read
	Late    uint64 // dropped because Read came too late
	Corrupt uint64 // dropped because the driver says that they are broken, or they are too short
	Missed  uint64 // that the driver counted but didn't give
}

// Deadlines of a camera.
const (
	// openDeadline is how long a driver may take to open and start.
	openDeadline = 5 * time.Second
	// closeDeadline is how long Close waits for the driver; after that the
	// camera is left to itself.
	closeDeadline = 200 * time.Millisecond
	// stallDeadline is how long a running camera may give no frame before it
	// counts as lost. In the dark some expose for half a second.
	stallDeadline = 3 * time.Second
)

// Open opens and starts the camera that cfg names, as near to its wish as the
// camera can be set. The error says what to do, and errors.Is tells its kind.
func Open(cfg Config) (Camera, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	return open(cfg, openV4L2)
}
