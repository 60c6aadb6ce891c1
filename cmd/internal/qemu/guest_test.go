package qemu

import (
	"strings"
	"testing"
)

// TestScript: whatever is in the job reaches the command unchanged.
func TestScript(t *testing.T) {
	t.Setenv("IMSPHONE_X", "it's")
	job := Job{Args: []string{"./x.test", "-test.run", "A|B $C"}, Dir: "/src/hw", Share: []string{"/out"}, Modules: []string{"vivid n_devs=2", "/x/vicodec.ko multiplanar=1"}}
	got := job.script([]string{"/src/hw/audio", "/src/hw", "/src/hwx", "/src/hw"})
	for _, want := range []string{
		"see '/src/hw'\nsee '/src/hwx'\nshare share0 '/out' cache=none\nmodprobe vivid n_devs=2 || return 125\ninsmod /x/vicodec.ko multiplanar=1 || return 125\n",
		`export IMSPHONE_X='it'\''s'` + "\n",
		"cd '/src/hw' || return 125\n'./x.test' '-test.run' 'A|B $C' \n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestConsoleKeepsItsEnd(t *testing.T) {
	var c tail
	for range 10 {
		c.Write([]byte(strings.Repeat("x", 1000)))
	}
	c.Write([]byte("the end\n"))
	if s := c.text(); len(s) > consoleKept || !strings.HasSuffix(s, "xthe end") {
		t.Errorf("%d bytes: %.20q", len(s), s)
	}
}
