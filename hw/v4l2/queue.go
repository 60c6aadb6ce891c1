package v4l2

import (
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What Dequeue says beside the failures of the device.
var (
	// ErrAgain: no buffer is done yet; Wait.
	ErrAgain = errors.New("no buffer is done")
	// ErrDrained: the last buffer of a drained codec was dequeued before.
	ErrDrained = errors.New("no more buffers after the last one")
)

// Queue is one of a device's queues with its buffers, which are the driver's,
// mapped into our memory. One goroutine at a time may use it.
type Queue struct {
	dev     *Device
	typ     Type
	planes  int        // of each buffer
	buffers [][][]byte // by buffer and plane

	// The arguments of requests. They are here, on the heap, since the kernel's
	// buffer holds the planes' address as a number, which keeps nothing alive.
	arg      buffer
	argPlane [MaxPlanes]plane
}

// memoryMap: the buffers are the driver's, for mmap (enum v4l2_memory).
const memoryMap = 1

// NewQueue makes count buffers for a queue whose format is set, or as many as
// the driver wants to, and maps them (VIDIOC_REQBUFS, VIDIOC_QUERYBUF). The
// error wraps unix.EBUSY where another program has the queue.
func (d *Device) NewQueue(t Type, f Format, count int) (*Queue, error) {
	q := &Queue{dev: d, typ: t, planes: f.Planes}
	made, err := q.request(count)
	if err != nil {
		return nil, err
	}
	for i := range made {
		if err := q.mapBuffer(i); err != nil {
			return nil, errors.Join(err, q.Free())
		}
	}
	return q, nil
}

// request asks for buffers; for none, it gives those back that there are.
func (q *Queue) request(count int) (int, error) {
	r := requestBuffers{count: uint32(count), typ: uint32(q.typ), memory: memoryMap}
	err := q.dev.ioctl(reqRequestBuffers, unsafe.Pointer(&r))
	return int(r.count), q.dev.fail("REQBUFS", err)
}

func (q *Queue) mapBuffer(i int) error {
	q.prepare(i)
	if err := q.ioctl(reqQueryBuffer); err != nil {
		return q.dev.fail("QUERYBUF", err)
	}
	q.buffers = append(q.buffers, nil)
	if !q.typ.MultiPlanar() {
		return q.mapPlane(i, int64(q.arg.m), int(q.arg.length))
	}
	for p := range q.planes {
		// A mem_offset is 32 bits of the union, the lower ones.
		if err := q.mapPlane(i, int64(uint32(q.argPlane[p].m)), int(q.argPlane[p].length)); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queue) mapPlane(i int, offset int64, length int) error {
	mem, err := unix.Mmap(q.dev.fd, offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return q.dev.fail("mmap", err)
	}
	q.buffers[i] = append(q.buffers[i], mem)
	return nil
}

// prepare fills the arguments for buffer i.
func (q *Queue) prepare(i int) {
	q.arg = buffer{index: uint32(i), typ: uint32(q.typ), memory: memoryMap}
	if q.typ.MultiPlanar() {
		clear(q.argPlane[:])
		q.arg.m = uintptr(unsafe.Pointer(&q.argPlane[0]))
		q.arg.length = uint32(q.planes)
	}
}

func (q *Queue) ioctl(request uintptr) error {
	err := q.dev.ioctl(request, unsafe.Pointer(&q.arg))
	runtime.KeepAlive(q)
	return err
}

// Buffers is how many buffers there are.
func (q *Queue) Buffers() int { return len(q.buffers) }

// Plane is the memory of a plane of a buffer, until Free. Only who has
// dequeued the buffer, or not yet queued it, touches it.
func (q *Queue) Plane(buffer, plane int) []byte { return q.buffers[buffer][plane] }

// Enqueue gives a capture buffer to the driver to be filled (VIDIOC_QBUF).
func (q *Queue) Enqueue(buffer int) error {
	q.prepare(buffer)
	return q.enqueue()
}

// EnqueueFilled gives an output buffer to the driver, with used bytes in each
// of its planes. at comes back with what the driver makes of it.
func (q *Queue) EnqueueFilled(buffer int, at time.Duration, used ...int) error {
	q.prepare(buffer)
	q.arg.timestamp = unix.NsecToTimeval(int64(at))
	q.arg.field = fieldNone
	if !q.typ.MultiPlanar() {
		q.arg.bytesUsed = uint32(used[0])
		return q.enqueue()
	}
	for i, n := range used {
		q.argPlane[i].bytesUsed, q.argPlane[i].length = uint32(n), uint32(len(q.buffers[buffer][i]))
	}
	return q.enqueue()
}

func (q *Queue) enqueue() error {
	if err := q.ioctl(reqQueue); err != nil {
		return q.dev.fail("QBUF", err)
	}
	return nil
}

// Done is a buffer that the driver gave back.
type Done struct {
	Buffer   int
	Corrupt  bool // the data may be broken (V4L2_BUF_FLAG_ERROR)
	KeyFrame bool
	Last     bool          // of a drained codec (V4L2_BUF_FLAG_LAST)
	Time     time.Duration // of the clock below, or what EnqueueFilled was given
	Monotone bool          // Time is that of CLOCK_MONOTONIC
	Sequence uint32        // frames counted by the driver, also those it dropped
	used     [MaxPlanes]span
}

// span is where the data of a plane is, in bytes.
type span struct{ from, to int }

// Flags of buffers (V4L2_BUF_FLAG_…).
const (
	flagKeyFrame      = 0x00000008
	flagError         = 0x00000040
	flagTimestampMask = 0x0000e000
	flagMonotonic     = 0x00002000
	flagLast          = 0x00100000
)

// Dequeue takes a buffer that is done (VIDIOC_DQBUF). It doesn't wait: ErrAgain
// tells that none is, ErrDrained that none will be.
func (q *Queue) Dequeue() (Done, error) {
	q.prepare(0)
	switch err := q.ioctl(reqDequeue); err {
	case nil:
		return q.done()
	case unix.EAGAIN:
		return Done{}, ErrAgain
	case unix.EPIPE:
		return Done{}, ErrDrained
	default:
		return Done{}, q.dev.fail("DQBUF", err)
	}
}

func (q *Queue) done() (Done, error) {
	a := &q.arg
	if int(a.index) >= len(q.buffers) {
		return Done{}, fmt.Errorf("%s: DQBUF: the driver gave buffer %d of %d", q.dev.path, a.index, len(q.buffers))
	}
	d := Done{
		Buffer: int(a.index), Sequence: a.sequence,
		Corrupt: a.flags&flagError != 0, KeyFrame: a.flags&flagKeyFrame != 0, Last: a.flags&flagLast != 0,
		Monotone: a.flags&flagTimestampMask == flagMonotonic,
		Time:     duration(int64(a.timestamp.Sec), int64(a.timestamp.Usec)),
	}
	for i := range q.planes {
		d.used[i] = q.span(d.Buffer, i)
	}
	return d, nil
}

// span gives where the data is, as far as the driver can be believed.
func (q *Queue) span(buffer, plane int) span {
	from, to := uint32(0), q.arg.bytesUsed
	if q.typ.MultiPlanar() {
		from, to = q.argPlane[plane].dataOffset, q.argPlane[plane].bytesUsed
	}
	end := min(uint64(to), uint64(len(q.buffers[buffer][plane])))
	return span{int(min(uint64(from), end)), int(end)}
}

// Data is what the driver put into a plane of a buffer that is done, until the
// buffer is enqueued again.
func (q *Queue) Data(d Done, plane int) []byte {
	s := d.used[plane]
	return q.buffers[d.Buffer][plane][s.from:s.to]
}

// Start starts the queue (VIDIOC_STREAMON).
func (q *Queue) Start() error {
	t := int32(q.typ)
	return q.dev.fail("STREAMON", q.dev.ioctl(reqStreamOn, unsafe.Pointer(&t)))
}

// Stop stops the queue; all of its buffers are ours again (VIDIOC_STREAMOFF).
func (q *Queue) Stop() error {
	t := int32(q.typ)
	return q.dev.fail("STREAMOFF", q.dev.ioctl(reqStreamOff, unsafe.Pointer(&t)))
}

// Free unmaps the buffers of a queue that is stopped and gives them back.
func (q *Queue) Free() error {
	var errs []error
	for _, planes := range q.buffers {
		for _, mem := range planes {
			errs = append(errs, q.dev.fail("munmap", unix.Munmap(mem)))
		}
	}
	q.buffers = nil
	_, err := q.request(0)
	return errors.Join(append(errs, err)...)
}
