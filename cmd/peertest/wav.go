package peertest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
)

// A WAV is mono sound of 16 bits.
type WAV struct {
	Rate    int // samples a second
	Samples []int16
}

// wavHeader is the 44-byte header of a canonical PCM file.
type wavHeader struct {
	RIFF        [4]byte
	FileSize    uint32 // of what follows this field
	WAVE, Fmt   [4]byte
	FmtSize     uint32
	Format      uint16 // 1 is PCM
	Channels    uint16
	Rate        uint32
	ByteRate    uint32
	BlockAlign  uint16
	SampleWidth uint16
	Data        [4]byte
	DataSize    uint32
}

// WriteWAV writes a canonical PCM file.
func WriteWAV(path string, w WAV) error {
	size := uint32(2 * len(w.Samples))
	var b bytes.Buffer
	header := wavHeader{
		RIFF: [4]byte([]byte("RIFF")), FileSize: 36 + size, WAVE: [4]byte([]byte("WAVE")),
		Fmt: [4]byte([]byte("fmt ")), FmtSize: 16, Format: 1, Channels: 1,
		Rate: uint32(w.Rate), ByteRate: uint32(2 * w.Rate), BlockAlign: 2, SampleWidth: 16,
		Data: [4]byte([]byte("data")), DataSize: size,
	}
	for _, part := range []any{header, w.Samples} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// ReadWAV reads a 16-bit mono PCM file with any chunks before its data. A file
// that is still being written, which tells no size yet, is read as far as it
// goes; one that has only just been made is silence.
func ReadWAV(path string) (WAV, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return WAV{}, err
	}
	if len(text) == 0 {
		return WAV{}, nil
	}
	if len(text) < 12 || string(text[:4]) != "RIFF" || string(text[8:12]) != "WAVE" {
		return WAV{}, fmt.Errorf("%s is not a WAV file", path)
	}
	var w WAV
	for rest := text[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if size > len(body) || size < 0 || name == "data" && size == 0 {
			size = len(body)
		}
		switch name {
		case "fmt ":
			if err := w.readFormat(body[:size]); err != nil {
				return WAV{}, fmt.Errorf("%s: %w", path, err)
			}
		case "data":
			w.Samples = samples(body[:size])
			return w, nil
		}
		rest = body[min(size+size&1, len(body)):]
	}
	return w, fmt.Errorf("%s has no data", path)
}

func (w *WAV) readFormat(chunk []byte) error {
	if len(chunk) < 16 {
		return fmt.Errorf("the format takes only %d bytes", len(chunk))
	}
	order := binary.LittleEndian
	format, channels, width := order.Uint16(chunk), order.Uint16(chunk[2:]), order.Uint16(chunk[14:])
	if channels != 1 || width != 16 {
		return fmt.Errorf("format %d with %d channels of %d bits: only mono PCM of 16 bits is read", format, channels, width)
	}
	w.Rate = int(order.Uint32(chunk[4:]))
	return nil
}

func samples(pcm []byte) []int16 {
	s := make([]int16, len(pcm)/2)
	for i := range s {
		s[i] = int16(binary.LittleEndian.Uint16(pcm[2*i:]))
	}
	return s
}
