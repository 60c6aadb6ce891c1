package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/phone"
)

func TestWriteCapture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pcapng")
	records := []phone.Record{
		{Time: time.Unix(1, 0), Account: "ims", Out: true, Proto: "UDP", Local: "192.0.2.1:30001", Remote: "192.0.2.2:6100", Raw: "REGISTER sip:a SIP/2.0\r\n\r\n"},
		{Time: time.Unix(2, 0), Account: "ims", Proto: "TCP", Local: "192.0.2.1:30001", Remote: "192.0.2.2:5100", Raw: "NOTIFY sip:a SIP/2.0\r\n\r\n"},
	}
	if err := writeCapture(path, records); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), "REGISTER sip:a") || !strings.Contains(string(b), "NOTIFY sip:a") {
		t.Errorf("%v, %q", err, b)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others may read it", info.Mode(), err)
	}
	records[0].Local = "nowhere"
	if err := writeCapture(path, records); err == nil {
		t.Error("a record without an address is written")
	}
}
