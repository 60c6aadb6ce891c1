//go:build !linux

package audio

// openMixer finds none.
func openMixer(string) (mixer, error) { return nil, errNoMixer }
