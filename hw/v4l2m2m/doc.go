// Package v4l2m2m encodes and decodes video by the hardware of boards that have
// it: the kernel's stateful codecs (userspace-api/media/v4l/dev-encoder and
// dev-decoder), such as H.264 on a Raspberry Pi up to the 4.
//
// An Encoder takes pictures by Write and gives packets by Read, a Decoder the
// other way round. Both ends are independent, since codecs hold pictures back,
// and some leave pictures out without a word: who waits for a packet after each
// picture waits for ever. Write and Read may be called by one goroutine each at
// the same time, Close by any. What is read is copied out of the driver's
// memory, and a driver that hangs costs a goroutine at Close.
package v4l2m2m
