//go:build guest

package qemu

import (
	"os"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/qemu/qmp"
)

// TestInside runs in a guest, as all tests with this tag do: it is 32-bit ARM,
// and it can drive its own machine.
func TestInside(t *testing.T) {
	port, err := os.OpenFile(QMPPort, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qmp.New(port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var status struct{ Running bool }
	if err := c.Do("query-status", nil, &status); err != nil || !status.Running {
		t.Errorf("%+v, %v", status, err)
	}
}
