package uml

import (
	"os"

	"golang.org/x/sys/unix"
)

// defaultMemory of a guest, in MiB.
const defaultMemory = 512

// sharedMemory is where the guest's memory is fastest.
const sharedMemory = "/dev/shm"

// memoryHome gives the directory for the file that is the guest's memory, which
// the guest runs programs from. Containers often have a small /dev/shm, or one
// that no program may run from; the kernel would notice too late.
func memoryHome(size int) string {
	var fs unix.Statfs_t
	if err := unix.Statfs(sharedMemory, &fs); err == nil && roomy(fs, size) {
		return sharedMemory
	}
	return os.TempDir()
}

// roomy tells whether programs can run from the file system, and size MiB are
// free.
func roomy(fs unix.Statfs_t, size int) bool {
	return int64(fs.Flags)&unix.ST_NOEXEC == 0 && fs.Bavail*uint64(fs.Bsize) >= uint64(size)<<20
}
