package image

import (
	"os"
	"path/filepath"
)

// Identities of what is made: fixed, so that the same parts make the same image.
const (
	diskSignature = 0x494d5350 // "IMSP"
	fatSerial     = "494D5350"
	fatLabel      = "IMSPHONE"
	stateUUID     = "696d7370-686f-4e65-8000-737461746500"
)

// stateSize is the size of the state partition in MiB: a configuration, keys,
// identities and registrations take some KiB.
const stateSize = 16

// spareFAT is how much of the FAT partition is left free, for people's files.
const spareFAT = 8 * mib

// makeFAT makes a FAT16 file system of the files in dir. (mtools reads no FAT32
// of this size.)
func makeFAT(t tools, path, dir string) error {
	size, err := sizeOf(dir)
	if err != nil {
		return err
	}
	size = max(roundUp(size+size/50+spareFAT, mib), 24*mib)
	if err := allocate(path, size); err != nil {
		return err
	}
	if err := t.run("mkfs.vfat", "-F", "16", "-n", fatLabel, "-i", fatSerial, "--invariant", path); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	return t.run("mcopy", append([]string{"-s", "-Q", "-i", path}, append(names, "::")...)...)
}

// sizeOf adds up files as a file system with blocks of 4 KiB has them.
func sizeOf(dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += roundUp(info.Size(), 4096)
		}
		return err
	})
	return sum, err
}

// makeRoot makes a squashfs of dir, in which everything is root's.
func makeRoot(t tools, path, dir string) error {
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	return t.run("mksquashfs", dir, path, "-quiet", "-no-progress", "-noappend", "-all-root", "-no-xattrs",
		"-comp", "zstd", "-Xcompression-level", "12", "-b", "256K")
}

// makeState makes an empty ext4 file system.
func makeState(t tools, path string) error {
	if err := allocate(path, stateSize*mib); err != nil {
		return err
	}
	return t.run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "imsphone", "-m", "0", "-U", stateUUID,
		"-E", "hash_seed="+stateUUID+",root_owner=0:0,lazy_itable_init=0", "-J", "size=1", path)
}

// allocate makes an empty file of that size.
func allocate(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := f.Truncate(size); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
