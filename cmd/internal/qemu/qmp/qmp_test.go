package qmp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"testing"
)

// machine answers commands as QEMU does, with an event before each answer.
func machine(t *testing.T, answers map[string]string) *Client {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { theirs.Close() })
	go func() {
		fmt.Fprintln(theirs, `{"QMP": {"version": {}, "capabilities": []}}`)
		for lines := bufio.NewScanner(theirs); lines.Scan(); {
			var c struct{ Execute string }
			if json.Unmarshal(lines.Bytes(), &c) != nil {
				return
			}
			answer, ok := answers[c.Execute]
			if !ok {
				answer = `{"return": {}}`
			}
			fmt.Fprintf(theirs, "{\"event\": \"DID\", \"data\": {\"what\": %q}}\n%s\n", c.Execute, answer)
		}
	}()
	c, err := New(ours)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestCommands(t *testing.T) {
	c := machine(t, map[string]string{
		"human-monitor-command": `{"return": "it runs"}`,
		"device_del":            `{"error": {"class": "DeviceNotFound", "desc": "no such device"}}`,
	})
	if out, err := c.Human("info status"); out != "it runs" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	var refused *Error
	if err := c.RemoveDevice("headset"); !errors.As(err, &refused) || refused.Class != "DeviceNotFound" || refused.Command != "device_del" {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"qmp_capabilities", "human-monitor-command", "device_del"} {
		if e := <-c.Events(); e.Name != "DID" || string(e.Data) != fmt.Sprintf(`{"what": %q}`, want) {
			t.Errorf("event %s %s; want %s", e.Name, e.Data, want)
		}
	}
}

// TestAMachineThatEnds: whoever waits for it hears so.
func TestAMachineThatEnds(t *testing.T) {
	ours, theirs := net.Pipe()
	go func() {
		bufio.NewReader(theirs).ReadString('\n')
		theirs.Close()
	}()
	if _, err := New(ours); err == nil {
		t.Error("no machine, and no error")
	}
}
