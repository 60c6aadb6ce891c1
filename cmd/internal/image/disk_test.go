package image

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// TestDisk: partitions begin at whole MiB, one after the other, and hold what their
// files hold.
func TestDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte(name[:1]), size), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	disk := filepath.Join(dir, "disk")
	err := writeDisk(disk, 0x01020304, []partition{
		{path: write("fat", 3*mib), kind: typeFAT16, boot: true},
		{path: write("root", mib+1), kind: typeLinux},
		{path: write("state", mib), kind: typeLinux},
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(disk)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != 7*mib || b[510] != 0x55 || b[511] != 0xaa || binary.LittleEndian.Uint32(b[440:]) != 0x01020304 {
		t.Errorf("%d bytes, % x", len(b), b[436:512])
	}
	for i, want := range []struct {
		boot, kind  byte
		first, size uint32 // MiB
		content     byte
	}{{0x80, 0x0e, 1, 3, 'f'}, {0, 0x83, 4, 2, 'r'}, {0, 0x83, 6, 1, 's'}} {
		e := b[446+16*i:]
		first, size := binary.LittleEndian.Uint32(e[8:])/2048, binary.LittleEndian.Uint32(e[12:])/2048
		if e[0] != want.boot || e[4] != want.kind || first != want.first || size != want.size || b[first*mib] != want.content {
			t.Errorf("partition %d: % x", i+1, e[:16])
		}
	}
}
