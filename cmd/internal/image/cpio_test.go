package image

import (
	"bytes"
	"strconv"
	"testing"
)

// entry is what a reader of the archive sees of a file.
type entry struct {
	name, content string
	mode          int
}

// unpack reads an archive of the "newc" form.
func unpack(t *testing.T, b []byte) []entry {
	t.Helper()
	var list []entry
	for {
		if len(b) < 110 || string(b[:6]) != "070701" {
			t.Fatalf("no header at %.20q", b)
		}
		number := func(i int) int {
			n, err := strconv.ParseUint(string(b[6+8*i:14+8*i]), 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		mode, size, name := number(1), number(6), number(11)
		start := (110 + name + 3) / 4 * 4
		e := entry{string(b[110 : 110+name-1]), string(b[start : start+size]), mode}
		if e.name == "TRAILER!!!" {
			return list
		}
		list = append(list, e)
		b = b[(start+size+3)/4*4:]
	}
}

func TestArchive(t *testing.T) {
	var out bytes.Buffer
	a := &archive{w: &out}
	a.dir("dev")
	a.device("dev/console", 5, 1)
	a.file("init", 0o755, []byte("#!/bin/sh\n"))
	a.link("bin/sh", "busybox")
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	want := []entry{{"dev", "", 0o040755}, {"dev/console", "", 0o020600}, {"init", "#!/bin/sh\n", 0o100755}, {"bin/sh", "busybox", 0o120777}}
	got := unpack(t, out.Bytes())
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }

func TestArchiveKeepsItsFirstError(t *testing.T) {
	a := &archive{w: full{}}
	a.dir("dev")
	if err := a.close(); err != bytes.ErrTooLarge {
		t.Errorf("got %v", err)
	}
}
