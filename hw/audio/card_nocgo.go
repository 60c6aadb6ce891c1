//go:build !cgo && linux

package audio

// openALSA opens a device of the kernel: ALSA's library needs cgo.
func openALSA(l *line) (driver, error) { return openKernel(l) }

// cards lists the kernel's devices.
func cards() ([]Device, error) { return kernelCards() }
