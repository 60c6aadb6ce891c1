package sipnet

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
)

// TestMain fails when a goroutine of the package is left after its tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftover(); left != nil && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftover gives the stacks of goroutines that the package started; those that
// are only about to end get the time for it.
func leftover() []byte {
	var stacks bytes.Buffer
	for range 100_000 {
		stacks.Reset()
		pprof.Lookup("goroutine").WriteTo(&stacks, 2)
		if !bytes.Contains(stacks.Bytes(), []byte("created by github.com/imsphone/imsphone/hw/sipnet")) {
			return nil
		}
		runtime.Gosched()
	}
	return stacks.Bytes()
}
