// Package v4l2 speaks the kernel's Video4Linux2 interface: video devices, their
// formats, controls and events, and the queues of buffers that both share.
//
// It is the layer below hw/camera and hw/v4l2m2m: each method is one request
// (or the enumeration that one request is made for), nothing is chosen here.
// The kernel's structures are laid out for 32 and 64 bit alike; the tests hold
// their sizes and the numbers of the requests. Where a request has two numbers
// on a 32-bit machine, for its two sizes of time, the older one is used: every
// kernel knows it, and monotonic time fits.
//
// The clauses cited are those of the "Video for Linux API" in the kernel's
// documentation (userspace-api/media/v4l).
package v4l2
