package wav

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
)

// File is what a Writer writes to: an *os.File that was not opened for
// appending, or memory.
type File interface {
	io.Writer
	io.WriterAt
}

const (
	headerSize = 44
	maxData    = math.MaxUint32 - headerSize // bytes of sound a header can tell
)

// Writer writes a file piece by piece. The sizes in the header are brought up
// to date once for each second of sound, after the sound itself: a process
// that dies at any moment leaves a valid file that lacks at most a second.
type Writer struct {
	file   File
	format Format
	data   uint32 // bytes of sound written
	told   uint32 // bytes of sound that the header tells
	limit  uint32 // of data
	failed error  // a write went wrong: what lies after data is unknown
	buf    []byte
	closer io.Closer
}

// Create makes or empties the file at path. The caller closes the Writer.
func Create(path string, format Format) (*Writer, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w, err := NewWriter(f, format)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	w.closer = f
	return w, nil
}

// NewWriter writes the header of an empty file to file, which is expected to
// be empty.
func NewWriter(file File, format Format) (*Writer, error) {
	if err := format.check(); err != nil {
		return nil, err
	}
	frame := uint32(sampleSize * format.Channels)
	w := &Writer{file: file, format: format, limit: maxData - maxData%frame}
	if _, err := file.Write(w.header()); err != nil {
		return nil, err
	}
	return w, nil
}

// header is the canonical header for the sound written so far.
func (w *Writer) header() []byte {
	rate, frame := uint32(w.format.Rate), uint32(sampleSize*w.format.Channels)
	order := binary.LittleEndian
	h := make([]byte, 0, headerSize)
	h = append(h, "RIFF"...)
	h = order.AppendUint32(h, headerSize-8+w.data)
	h = append(h, "WAVEfmt "...)
	h = order.AppendUint32(h, 16) // size of the format chunk
	h = order.AppendUint16(h, tagPCM)
	h = order.AppendUint16(h, uint16(w.format.Channels))
	h = order.AppendUint32(h, rate)
	h = order.AppendUint32(h, rate*frame) // bytes a second
	h = order.AppendUint16(h, uint16(frame))
	h = order.AppendUint16(h, 8*sampleSize)
	h = append(h, "data"...)
	return order.AppendUint32(h, w.data)
}

// Write appends samples, whole frames of them. It returns ErrFull, and writes
// nothing, once the file would pass 4 GiB. After another error, of a full disk
// for example, the Writer takes no more, and Close leaves what it has.
func (w *Writer) Write(pcm []int16) error {
	if w.failed != nil {
		return w.failed
	}
	if len(pcm)%w.format.Channels != 0 {
		return fmt.Errorf("wav: %d samples are no whole frames of %d channels", len(pcm), w.format.Channels)
	}
	if uint64(w.data)+uint64(len(pcm))*sampleSize > uint64(w.limit) {
		return fmt.Errorf("%w after %d bytes: record to another file", ErrFull, w.data)
	}
	w.buf = w.buf[:0]
	for _, s := range pcm {
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
	}
	if _, err := w.file.Write(w.buf); err != nil {
		w.failed = err
		return err
	}
	w.data += uint32(len(w.buf))
	if w.data-w.told >= uint32(w.format.Rate*w.format.Channels*sampleSize) {
		return w.Flush()
	}
	return nil
}

// Flush brings the header up to date with the sound written so far.
func (w *Writer) Flush() error {
	if w.told == w.data {
		return nil
	}
	if _, err := w.file.WriteAt(w.header(), 0); err != nil {
		return err
	}
	w.told = w.data
	return nil
}

// Close brings the header up to date, and closes the file of a Writer from
// Create.
func (w *Writer) Close() error {
	err := w.Flush()
	if w.closer == nil {
		return err
	}
	if cerr := w.closer.Close(); err == nil {
		err = cerr
	}
	return err
}
