package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// memory is a file without a disk.
type memory struct {
	bytes []byte
	room  int // bytes that fit; 0 has no limit
}

var errFullDisk = errors.New("no space left on device")

func (m *memory) Write(p []byte) (int, error) {
	if m.room > 0 && len(m.bytes)+len(p) > m.room {
		return 0, errFullDisk
	}
	m.bytes = append(m.bytes, p...)
	return len(p), nil
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	return copy(m.bytes[off:], p), nil
}

func ramp(n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(i*37 - 16000)
	}
	return pcm
}

func readAll(t *testing.T, b []byte) (Format, []int16) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	pcm, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return r.Format(), pcm
}

func TestWriteRead(t *testing.T) {
	for _, format := range []Format{{8000, 1}, {8000, 2}, {11025, 1}, {44100, 2}, {48000, 1}} {
		path := filepath.Join(t.TempDir(), "x.wav")
		w, err := Create(path, format)
		if err != nil {
			t.Fatal(err)
		}
		want := ramp(3000)
		for part := range slices.Chunk(want, 160) {
			if err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.ReadAll()
		if err != nil || r.Format() != format || !slices.Equal(got, want) {
			t.Errorf("%v: read %v, %d samples, %v", format, r.Format(), len(got), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestHeaderBytes holds the header against the layout of the format, typed in.
func TestHeaderBytes(t *testing.T) {
	m := &memory{}
	w, err := NewWriter(m, Format{Rate: 16000, Channels: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]int16{1, -2}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "RIFF\x28\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00" +
		"\x80\x3e\x00\x00\x00\xfa\x00\x00\x04\x00\x10\x00data\x04\x00\x00\x00\x01\x00\xfe\xff"
	if string(m.bytes) != want {
		t.Errorf("got  %q\nwant %q", m.bytes, want)
	}
}

// TestDiesWhileRecording looks at the file after every write, as if the
// process had died there.
func TestDiesWhileRecording(t *testing.T) {
	const rate = 8000
	m := &memory{}
	w, err := NewWriter(m, Format{Rate: rate, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	all := ramp(3 * rate)
	for end := 0; end < len(all); end += 160 {
		if err := w.Write(all[end : end+160]); err != nil {
			t.Fatal(err)
		}
		_, got := readAll(t, m.bytes)
		if lacks := end + 160 - len(got); lacks < 0 || lacks >= rate || !slices.Equal(got, all[:len(got)]) {
			t.Fatalf("after %d samples the file holds %d", end+160, len(got))
		}
	}
}

func TestWriterErrors(t *testing.T) {
	for _, format := range []Format{{7999, 1}, {48001, 1}, {8000, 0}, {8000, 3}} {
		if _, err := NewWriter(&memory{}, format); !errors.Is(err, ErrFormat) {
			t.Errorf("%v: %v", format, err)
		}
	}
	w, err := NewWriter(&memory{room: 100}, Format{8000, 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(make([]int16, 3)); err == nil {
		t.Error("half a frame was written")
	}
	if err := w.Write(make([]int16, 100)); !errors.Is(err, errFullDisk) {
		t.Errorf("full disk: %v", err)
	}
	if err := w.Write(make([]int16, 2)); !errors.Is(err, errFullDisk) {
		t.Errorf("after the disk was full: %v", err)
	}
	w, err = NewWriter(&memory{}, Format{8000, 2})
	if err != nil {
		t.Fatal(err)
	}
	w.data = maxData - 2
	if err := w.Write(make([]int16, 4)); !errors.Is(err, ErrFull) {
		t.Errorf("4 GiB: %v", err)
	}
}

func TestCreateNowhere(t *testing.T) {
	if _, err := Create(filepath.Join(t.TempDir(), "no", "x.wav"), Format{8000, 1}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "x.wav")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// chunk builds one RIFF chunk with its padding.
func chunk(name string, body []byte) []byte {
	b := append([]byte(name), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func riff(chunks ...[]byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WAVE"), bytes.Join(chunks, nil)...)
}

func fmtChunk(tag, channels uint16, rate uint32, bits uint16, more ...byte) []byte {
	order := binary.LittleEndian
	b := order.AppendUint16(nil, tag)
	b = order.AppendUint16(b, channels)
	b = order.AppendUint32(b, rate)
	b = order.AppendUint32(b, rate*uint32(channels)*uint32(bits)/8)
	b = order.AppendUint16(b, channels*bits/8)
	b = order.AppendUint16(b, bits)
	return chunk("fmt ", append(b, more...))
}

func TestReaderShapes(t *testing.T) {
	sound := []byte{1, 0, 2, 0, 3, 0, 4, 0}
	data := chunk("data", sound)
	mono := fmtChunk(1, 1, 8000, 16)
	endless := append([]byte("data\xff\xff\xff\xff"), sound...)
	extensible := append([]byte{22, 0, 16, 0, 4, 0, 0, 0}, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71)
	tests := []struct {
		name string
		file []byte
		want []int16
		err  error
	}{
		{"plain", riff(mono, data), []int16{1, 2, 3, 4}, nil},
		{"other chunks, one of odd size", riff(chunk("LIST", []byte("odd")), mono, chunk("fact", nil), data), []int16{1, 2, 3, 4}, nil},
		{"chunk after the sound", riff(mono, data, chunk("LIST", []byte("ab"))), []int16{1, 2, 3, 4}, nil},
		{"extensible", riff(fmtChunk(0xFFFE, 1, 8000, 16, extensible...), data), []int16{1, 2, 3, 4}, nil},
		{"size never filled in", riff(mono, endless), []int16{1, 2, 3, 4}, nil},
		{"cut inside a sample", riff(mono, data)[:12+24+8+5], []int16{1, 2}, nil},
		{"cut inside a stereo frame", riff(fmtChunk(1, 2, 8000, 16), data)[:12+24+8+6], []int16{1, 2}, nil},
		{"no sound at all", riff(mono, chunk("data", nil)), nil, nil},
		{"empty", nil, nil, ErrNotWAV},
		{"text", []byte("hello, this is text"), nil, ErrNotWAV},
		{"header only", riff(), nil, ErrNotWAV},
		{"no data", riff(mono), nil, ErrNotWAV},
		{"data first", riff(data, mono), nil, ErrNotWAV},
		{"format cut", riff(mono)[:20], nil, ErrNotWAV},
		{"format of 8 bytes", riff(chunk("fmt ", make([]byte, 8)), data), nil, ErrNotWAV},
		{"chunk longer than the file", riff([]byte("LIST\xf0\xff\xff\xffab")), nil, ErrNotWAV},
		{"float", riff(fmtChunk(3, 1, 8000, 32), data), nil, ErrFormat},
		{"8 bit", riff(fmtChunk(1, 1, 8000, 8), data), nil, ErrFormat},
		{"six channels", riff(fmtChunk(1, 6, 8000, 16), data), nil, ErrFormat},
		{"96 kHz", riff(fmtChunk(1, 1, 96000, 16), data), nil, ErrFormat},
		{"4 GHz", riff(fmtChunk(1, 1, 0xFFFFFFFF, 16), data), nil, ErrFormat},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := NewReader(bytes.NewReader(test.file))
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if err != nil {
				return
			}
			got, err := r.ReadAll()
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
			if n, err := r.Read(make([]int16, 2)); n != 0 || !errors.Is(err, io.EOF) {
				t.Errorf("after the end: %d, %v", n, err)
			}
		})
	}
}

// brokenDisk fails after its bytes.
type brokenDisk struct{ r io.Reader }

var errDisk = errors.New("input/output error")

func (b brokenDisk) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.EOF {
		err = errDisk
	}
	return n, err
}

func TestReaderPassesDiskErrors(t *testing.T) {
	file := riff(fmtChunk(1, 1, 8000, 16), chunk("data", make([]byte, 100)))
	for n := range len(file) {
		r, err := NewReader(brokenDisk{bytes.NewReader(file[:n])})
		if err == nil {
			_, err = r.ReadAll()
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("broken at %d: %v", n, err)
		}
	}
}

// FuzzReader: what can be read is written anew, and reads the same.
func FuzzReader(f *testing.F) {
	f.Add(riff(fmtChunk(1, 1, 8000, 16), chunk("data", []byte{1, 2, 3, 4})))
	f.Add(riff(chunk("LIST", []byte("odd")), fmtChunk(1, 2, 48000, 16), chunk("data", []byte{1, 2, 3, 4})))
	f.Add(riff(fmtChunk(0xFFFE, 1, 16000, 16, make([]byte, 24)...), append([]byte("data\xff\xff\xff\xff"), 1, 2)))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := NewReader(bytes.NewReader(file))
		if err != nil {
			if !errors.Is(err, ErrNotWAV) && !errors.Is(err, ErrFormat) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		pcm, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		m := &memory{}
		w, err := NewWriter(m, r.Format())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(pcm); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		format, again := readAll(t, m.bytes)
		if format != r.Format() || !slices.Equal(again, pcm) {
			t.Fatalf("%v with %d samples read back as %v with %d", r.Format(), len(pcm), format, len(again))
		}
	})
}
