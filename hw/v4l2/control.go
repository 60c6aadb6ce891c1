package v4l2

import (
	"time"
	"unsafe"
)

// ControlID names a control of a device (V4L2_CID_…).
type ControlID uint32

// The controls that imsphone sets or reads.
const (
	ControlMinCaptureBuffers ControlID = 0x00980927 // read: how many capture buffers a decoder needs
	ControlGOPSize           ControlID = 0x009909cb // frames from one key frame to the next
	ControlBitrateMode       ControlID = 0x009909ce // one of Bitrate…
	ControlBitrate           ControlID = 0x009909cf // bit/s
	ControlRepeatHeader      ControlID = 0x009909e2 // 1: SPS and PPS before each key frame
	ControlForceKeyFrame     ControlID = 0x009909e5 // the next frame is a key frame
	ControlH264Period        ControlID = 0x00990a66 // frames from one I frame to the next
	ControlH264Level         ControlID = 0x00990a67 // as H264Level
	ControlH264Profile       ControlID = 0x00990a6b // as H264Profile
)

// Values of controls.
const (
	BitrateConstant                = 1 // of ControlBitrateMode
	H264ProfileBaseline            = 0 // of ControlH264Profile
	H264ProfileConstrainedBaseline = 1
	H264ProfileMain                = 2
	H264ProfileHigh                = 4
)

// H264Level gives the value of ControlH264Level for a level in tenths, as 31
// is level 3.1; ok is false for one that the kernel has no value for.
func H264Level(tenths int) (value int, ok bool) {
	levels := [...]int{10, 9, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51} // 9 is level 1b
	for i, l := range levels {
		if l == tenths {
			return i, true
		}
	}
	return 0, false
}

// SetControl sets a control (VIDIOC_S_CTRL).
func (d *Device) SetControl(id ControlID, value int) error {
	c := control{id: uint32(id), value: int32(value)}
	return d.fail("S_CTRL", d.ioctl(reqSetControl, unsafe.Pointer(&c)))
}

// Control reads a control (VIDIOC_G_CTRL).
func (d *Device) Control(id ControlID) (int, error) {
	c := control{id: uint32(id)}
	err := d.ioctl(reqGetControl, unsafe.Pointer(&c))
	return int(c.value), d.fail("G_CTRL", err)
}

// EventType is a kind of event (V4L2_EVENT_…).
type EventType uint32

// EventSourceChange: the pictures of a decoder have another size.
const EventSourceChange EventType = 5

// Subscribe asks for a kind of event (VIDIOC_SUBSCRIBE_EVENT).
func (d *Device) Subscribe(t EventType) error {
	s := eventSubscription{typ: uint32(t)}
	return d.fail("SUBSCRIBE_EVENT", d.ioctl(reqSubscribe, unsafe.Pointer(&s)))
}

// NextEvent takes a pending event (VIDIOC_DQEVENT).
func (d *Device) NextEvent() (EventType, error) {
	var e event
	err := d.ioctl(reqDequeueEvent, unsafe.Pointer(&e))
	return EventType(e.typ), d.fail("DQEVENT", err)
}

// Command is what a codec is told to do.
type Command uint32

// The commands of encoders and decoders have the same numbers.
const (
	Start Command = 0 // go on after Stop
	Stop  Command = 1 // work off what is queued, mark the last buffer
)

// EncoderCommand commands an encoder (VIDIOC_ENCODER_CMD).
func (d *Device) EncoderCommand(c Command) error {
	arg := encoderCommand{cmd: uint32(c)}
	return d.fail("ENCODER_CMD", d.ioctl(reqEncoderCommand, unsafe.Pointer(&arg)))
}

// DecoderCommand commands a decoder (VIDIOC_DECODER_CMD).
func (d *Device) DecoderCommand(c Command) error {
	arg := decoderCommand{cmd: uint32(c)}
	return d.fail("DECODER_CMD", d.ioctl(reqDecoderCommand, unsafe.Pointer(&arg)))
}

// duration makes a time of the kernel's.
func duration(sec, usec int64) time.Duration {
	return time.Duration(sec)*time.Second + time.Duration(usec)*time.Microsecond
}
