package v4l2

import (
	"testing"
	"unsafe"
)

// TestLayout holds what a C compiler makes of linux/videodev2.h: by sizeof and
// offsetof for x86-64 and, with 32-bit time, for ARM.
func TestLayout(t *testing.T) {
	var (
		f  format
		b  buffer
		p  plane
		mp pixFormatMP
		e  event
		s  streamParm
		d  decoderCommand
	)
	tests := []struct {
		name           string
		got            uintptr
		bits64, bits32 uintptr
	}{
		{"v4l2_capability", unsafe.Sizeof(capability{}), 104, 104},
		{"v4l2_fmtdesc", unsafe.Sizeof(formatDesc{}), 64, 64},
		{"v4l2_frmsizeenum", unsafe.Sizeof(frameSizeEnum{}), 44, 44},
		{"v4l2_frmivalenum", unsafe.Sizeof(frameIntervalEnum{}), 52, 52},
		{"v4l2_format", unsafe.Sizeof(f), 208, 204},
		{"v4l2_format.fmt", unsafe.Offsetof(f.fmt), 8, 4},
		{"v4l2_pix_format", unsafe.Sizeof(pixFormat{}), 48, 48},
		{"v4l2_pix_format_mplane", unsafe.Sizeof(mp), 192, 192},
		{"v4l2_pix_format_mplane.plane_fmt", unsafe.Offsetof(mp.planes), 20, 20},
		{"v4l2_pix_format_mplane.num_planes", unsafe.Offsetof(mp.numPlanes), 180, 180},
		{"v4l2_plane_pix_format", unsafe.Sizeof(planePixFormat{}), 20, 20},
		{"v4l2_requestbuffers", unsafe.Sizeof(requestBuffers{}), 20, 20},
		{"v4l2_buffer", unsafe.Sizeof(b), 88, 68},
		{"v4l2_buffer.timestamp", unsafe.Offsetof(b.timestamp), 24, 20},
		{"v4l2_buffer.timecode", unsafe.Offsetof(b.timecode), 40, 28},
		{"v4l2_buffer.sequence", unsafe.Offsetof(b.sequence), 56, 44},
		{"v4l2_buffer.m", unsafe.Offsetof(b.m), 64, 52},
		{"v4l2_buffer.length", unsafe.Offsetof(b.length), 72, 56},
		{"v4l2_plane", unsafe.Sizeof(p), 64, 60},
		{"v4l2_plane.m", unsafe.Offsetof(p.m), 8, 8},
		{"v4l2_plane.data_offset", unsafe.Offsetof(p.dataOffset), 16, 12},
		{"v4l2_streamparm", unsafe.Sizeof(s), 204, 204},
		{"v4l2_streamparm…timeperframe", unsafe.Offsetof(s.timePerFrame), 12, 12},
		{"v4l2_control", unsafe.Sizeof(control{}), 8, 8},
		{"v4l2_event_subscription", unsafe.Sizeof(eventSubscription{}), 32, 32},
		{"v4l2_event", unsafe.Sizeof(e), 136, 128},
		{"v4l2_event.u", unsafe.Offsetof(e.u), 8, 8},
		{"v4l2_event.pending", unsafe.Offsetof(e.pending), 72, 72},
		{"v4l2_event.timestamp", unsafe.Offsetof(e.timestamp), 80, 80},
		{"v4l2_event.id", unsafe.Offsetof(e.id), 96, 88},
		{"v4l2_encoder_cmd", unsafe.Sizeof(encoderCommand{}), 40, 40},
		{"v4l2_decoder_cmd", unsafe.Sizeof(d), 72, 72},
		{"v4l2_decoder_cmd.raw", unsafe.Offsetof(d.raw), 8, 8},
		{"v4l2_selection", unsafe.Sizeof(selection{}), 64, 64},
	}
	for _, tt := range tests {
		want := tt.bits64
		if word == 4 {
			want = tt.bits32
		}
		if tt.got != want {
			t.Errorf("%s: %d, the kernel has %d", tt.name, tt.got, want)
		}
	}
}

// TestRequests holds the numbers that the same compilers print.
func TestRequests(t *testing.T) {
	tests := []struct {
		name           string
		got            uintptr
		bits64, bits32 uintptr
	}{
		{"QUERYCAP", reqQueryCap, 0x80685600, 0x80685600},
		{"ENUM_FMT", reqEnumFormat, 0xc0405602, 0xc0405602},
		{"G_FMT", reqGetFormat, 0xc0d05604, 0xc0cc5604},
		{"S_FMT", reqSetFormat, 0xc0d05605, 0xc0cc5605},
		{"REQBUFS", reqRequestBuffers, 0xc0145608, 0xc0145608},
		{"QUERYBUF", reqQueryBuffer, 0xc0585609, 0xc0445609},
		{"QBUF", reqQueue, 0xc058560f, 0xc044560f},
		{"DQBUF", reqDequeue, 0xc0585611, 0xc0445611},
		{"STREAMON", reqStreamOn, 0x40045612, 0x40045612},
		{"STREAMOFF", reqStreamOff, 0x40045613, 0x40045613},
		{"S_PARM", reqSetParm, 0xc0cc5616, 0xc0cc5616},
		{"G_CTRL", reqGetControl, 0xc008561b, 0xc008561b},
		{"S_CTRL", reqSetControl, 0xc008561c, 0xc008561c},
		{"ENUM_FRAMESIZES", reqEnumFrameSizes, 0xc02c564a, 0xc02c564a},
		{"ENUM_FRAMEINTERVALS", reqEnumIntervals, 0xc034564b, 0xc034564b},
		{"ENCODER_CMD", reqEncoderCommand, 0xc028564d, 0xc028564d},
		{"DQEVENT", reqDequeueEvent, 0x80885659, 0x80805659},
		{"SUBSCRIBE_EVENT", reqSubscribe, 0x4020565a, 0x4020565a},
		{"G_SELECTION", reqGetSelection, 0xc040565e, 0xc040565e},
		{"S_SELECTION", reqSetSelection, 0xc040565f, 0xc040565f},
		{"DECODER_CMD", reqDecoderCommand, 0xc0485660, 0xc0485660},
	}
	for _, tt := range tests {
		want := tt.bits64
		if word == 4 {
			want = tt.bits32
		}
		if tt.got != want {
			t.Errorf("VIDIOC_%s: %#x, the kernel has %#x", tt.name, tt.got, want)
		}
	}
}
