package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Reader reads the samples of one file from front to back.
type Reader struct {
	src    io.Reader
	format Format
	left   int64 // bytes of sound still to come by the header
	buf    []byte
	closer io.Closer
}

// Open opens the file at path. The caller closes the Reader.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.closer = f
	return r, nil
}

// NewReader reads the header from src up to the first sample. Chunks that
// don't matter to the sound are passed over.
func NewReader(src io.Reader) (*Reader, error) {
	var riff [12]byte
	if _, err := io.ReadFull(src, riff[:]); err != nil {
		return nil, early("its RIFF header", err)
	}
	if string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: it begins with %q, not with RIFF…WAVE", ErrNotWAV, riff[:4])
	}
	r := &Reader{src: src}
	for {
		done, err := r.readChunk()
		if err != nil {
			return nil, err
		}
		if done {
			return r, nil
		}
	}
}

// readChunk reads the next chunk's header and, unless it is the sound, its
// body; done tells that the sound begins.
func (r *Reader) readChunk() (done bool, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r.src, head[:]); err != nil {
		return false, early("its sound", err)
	}
	size := int64(binary.LittleEndian.Uint32(head[4:]))
	switch string(head[:4]) {
	case "fmt ":
		return false, r.readFormat(size)
	case "data":
		return true, r.beginData(size)
	}
	return false, r.skip(size + size&1)
}

func (r *Reader) skip(n int64) error {
	if _, err := io.CopyN(io.Discard, r.src, n); err != nil {
		return early("its sound", err)
	}
	return nil
}

func (r *Reader) readFormat(size int64) error {
	var body [40]byte // the extensible form's size; more is passed over
	n := min(size, int64(len(body)))
	if _, err := io.ReadFull(r.src, body[:n]); err != nil {
		return early("its format", err)
	}
	if n < 16 {
		return fmt.Errorf("%w: its format takes %d bytes instead of at least 16", ErrNotWAV, n)
	}
	if err := r.skip(size + size&1 - n); err != nil {
		return err
	}
	order := binary.LittleEndian
	tag, bits := order.Uint16(body[0:]), order.Uint16(body[14:])
	if tag == tagExtensible && n >= 26 {
		tag = order.Uint16(body[24:]) // the sub-format's first two bytes
	}
	if tag != tagPCM || bits != 8*sampleSize {
		return fmt.Errorf("%w: format %d with %d bits a sample; convert the file to 16-bit PCM", ErrFormat, tag, bits)
	}
	rate := order.Uint32(body[4:])
	if rate > MaxRate {
		rate = math.MaxInt32 // has to fit int on 32-bit machines to be refused
	}
	r.format = Format{Rate: int(rate), Channels: int(order.Uint16(body[2:]))}
	return r.format.check()
}

// beginData notes how much sound follows. Programs that couldn't go back to
// the header leave the size at its maximum: then the sound ends with the file.
func (r *Reader) beginData(size int64) error {
	if r.format.Rate == 0 {
		return fmt.Errorf("%w: the sound comes before its format", ErrNotWAV)
	}
	r.left = size
	if size == math.MaxUint32 {
		r.left = math.MaxInt64
	}
	return nil
}

// early explains the end of the file before what was needed.
func early(what string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends before %s", ErrNotWAV, what)
	}
	return err
}

// Format tells the file's format.
func (r *Reader) Format() Format { return r.format }

// Read fills pcm with the next samples and tells how many there were; fewer
// than asked only before the end. At the end it returns 0 and io.EOF. A file
// that was cut off ends with its last whole frame.
func (r *Reader) Read(pcm []int16) (int, error) {
	frame := sampleSize * r.format.Channels
	want := int(min(int64(len(pcm)*sampleSize), r.left))
	want -= want % frame
	if cap(r.buf) < want {
		r.buf = make([]byte, want)
	}
	buf := r.buf[:want]
	n, err := io.ReadFull(r.src, buf)
	r.left -= int64(n)
	n -= n % frame
	for i := range n / sampleSize {
		pcm[i] = int16(binary.LittleEndian.Uint16(buf[i*sampleSize:]))
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return n / sampleSize, err
	}
	if n == 0 && len(pcm) >= r.format.Channels {
		return 0, io.EOF
	}
	return n / sampleSize, nil
}

// ReadAll returns the rest of the samples.
func (r *Reader) ReadAll() ([]int16, error) {
	var all []int16
	part := make([]int16, 4096)
	for {
		n, err := r.Read(part)
		all = append(all, part[:n]...)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// Close closes the file of a Reader from Open; it does nothing to one from
// NewReader.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}
