package debian

import "testing"

// TestArchives: what apt says it would fetch names the archive and its version.
func TestArchives(t *testing.T) {
	const line = "'http://mirror.example/debian/pool/main/b/busybox/busybox-static_1.35.0-4%2bdeb12u1%2bb1_armhf.deb' busybox-static_1%3a1.35.0-4+deb12u1+b1_armhf.deb 904220 MD5Sum:0\n"
	m := uri.FindAllStringSubmatch("NOTE: nothing\n"+line+line, -1)
	if len(m) != 2 || m[0][2] != "busybox-static_1%3a1.35.0-4+deb12u1+b1_armhf.deb" {
		t.Fatalf("%q", m)
	}
	if got := versioned(m[0][2]); got != "busybox-static=1:1.35.0-4+deb12u1+b1" {
		t.Error(got)
	}
}
