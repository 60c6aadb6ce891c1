package image

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// Sizes in bytes; partitions begin at whole MiB.
const (
	sector = 512
	mib    = 1 << 20
)

// Types of partitions.
const (
	typeFAT16 = 0x0e // with LBA
	typeLinux = 0x83
)

// partition is a file that becomes a partition.
type partition struct {
	path string
	kind byte
	boot bool
}

// writeDisk writes a disk of partitions (four at most), one after the other.
func writeDisk(path string, signature uint32, parts []partition) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	mbr := make([]byte, sector)
	binary.LittleEndian.PutUint32(mbr[440:], signature)
	mbr[510], mbr[511] = 0x55, 0xaa
	at := int64(mib)
	for i, p := range parts {
		size, err := copyAt(out, p.path, at)
		if err != nil {
			return err
		}
		size = roundUp(size, mib)
		putEntry(mbr[446+16*i:], p, at, size)
		at += size
	}
	if err := out.Truncate(at); err != nil {
		return err
	}
	if _, err := out.WriteAt(mbr, 0); err != nil {
		return err
	}
	return out.Close()
}

// putEntry writes an entry of the partition table. Its cylinders, heads and
// sectors say "see LBA".
func putEntry(b []byte, p partition, at, size int64) {
	if p.boot {
		b[0] = 0x80
	}
	copy(b[1:], []byte{0xfe, 0xff, 0xff, p.kind, 0xfe, 0xff, 0xff})
	binary.LittleEndian.PutUint32(b[8:], uint32(at/sector))
	binary.LittleEndian.PutUint32(b[12:], uint32(size/sector))
}

func copyAt(out *os.File, path string, at int64) (int64, error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	n, err := io.Copy(io.NewOffsetWriter(out, at), in)
	if err != nil {
		return n, fmt.Errorf("copy %s to the disk: %w", path, err)
	}
	return n, nil
}

func roundUp(n, unit int64) int64 { return (n + unit - 1) / unit * unit }
