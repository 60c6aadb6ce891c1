//go:build cgo && linux

package audio

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>

typedef void (*imsphone_alsa_handler)(const char *, int, const char *, int, const char *, ...);

static void imsphone_drop(const char *file, int line, const char *function, int err, const char *format, ...) {}

static void imsphone_quiet_alsa(void) {
	void *lib = dlopen("libasound.so.2", RTLD_NOW);
	if (lib == 0)
		return;
	int (*set)(imsphone_alsa_handler) = (int (*)(imsphone_alsa_handler))dlsym(lib, "snd_lib_error_set_handler");
	if (set != 0)
		set(imsphone_drop);
}
*/
import "C"

// quietALSA keeps the sound library from writing to standard error, where it
// puts a dozen lines for every device that can't be opened: the error says it
// in one. The library stays loaded; to load it again costs nothing.
func quietALSA() { C.imsphone_quiet_alsa() }
