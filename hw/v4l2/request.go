package v4l2

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The number of an ioctl is made as the kernel's _IOC does: the direction of
// its argument, the argument's size, the letter V and a number. The sizes, and
// with them the numbers, depend on the machine.
const (
	out  = 1<<30 | 'V'<<8 // to the kernel
	in   = 2<<30 | 'V'<<8 // from the kernel
	both = in | out
	size = 16 // the lowest bit of the size
)

const (
	reqQueryCap       = in | unsafe.Sizeof(capability{})<<size
	reqEnumFormat     = both | 2 | unsafe.Sizeof(formatDesc{})<<size
	reqGetFormat      = both | 4 | unsafe.Sizeof(format{})<<size
	reqSetFormat      = both | 5 | unsafe.Sizeof(format{})<<size
	reqRequestBuffers = both | 8 | unsafe.Sizeof(requestBuffers{})<<size
	reqQueryBuffer    = both | 9 | unsafe.Sizeof(buffer{})<<size
	reqQueue          = both | 15 | unsafe.Sizeof(buffer{})<<size
	reqDequeue        = both | 17 | unsafe.Sizeof(buffer{})<<size
	reqStreamOn       = out | 18 | unsafe.Sizeof(int32(0))<<size
	reqStreamOff      = out | 19 | unsafe.Sizeof(int32(0))<<size
	reqSetParm        = both | 22 | unsafe.Sizeof(streamParm{})<<size
	reqGetControl     = both | 27 | unsafe.Sizeof(control{})<<size
	reqSetControl     = both | 28 | unsafe.Sizeof(control{})<<size
	reqEnumFrameSizes = both | 74 | unsafe.Sizeof(frameSizeEnum{})<<size
	reqEnumIntervals  = both | 75 | unsafe.Sizeof(frameIntervalEnum{})<<size
	reqEncoderCommand = both | 77 | unsafe.Sizeof(encoderCommand{})<<size
	reqDequeueEvent   = in | 89 | unsafe.Sizeof(event{})<<size
	reqSubscribe      = out | 90 | unsafe.Sizeof(eventSubscription{})<<size
	reqGetSelection   = both | 94 | unsafe.Sizeof(selection{})<<size
	reqSetSelection   = both | 95 | unsafe.Sizeof(selection{})<<size
	reqDecoderCommand = both | 96 | unsafe.Sizeof(decoderCommand{})<<size
)

// ioctl makes a request, again where a signal interrupted it.
func (d *Device) ioctl(request uintptr, arg unsafe.Pointer) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d.fd), request, uintptr(arg))
		if errno == 0 {
			return nil
		}
		if errno != unix.EINTR {
			return errno
		}
	}
}
