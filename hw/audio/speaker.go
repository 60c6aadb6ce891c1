package audio

import (
	"fmt"

	"github.com/imsphone/imsphone/hw/audio/wav"
)

// nowhere is a speaker that nobody hears.
type nowhere struct{}

func (nowhere) Play([]int16) {}
func (nowhere) Close() error { return nil }

// recorder is a speaker that writes a WAV file. A full disk ends the recording
// and not the call: the error comes with Close.
type recorder struct {
	path string
	file *wav.Writer
	err  error
}

func newRecorder(path string, rate int) (*recorder, error) {
	file, err := wav.Create(path, wav.Format{Rate: rate, Channels: 1})
	if err != nil {
		return nil, err
	}
	return &recorder{path: path, file: file}, nil
}

func (r *recorder) Play(pcm []int16) {
	if r.err == nil {
		r.err = r.file.Write(pcm)
	}
}

func (r *recorder) Close() error {
	err := r.file.Close()
	if r.err != nil {
		err = r.err
	}
	if err != nil {
		return fmt.Errorf("the recording %s is incomplete: %w", r.path, err)
	}
	return nil
}
