package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
)

// statusPhone has a status to show.
type statusPhone struct {
	fakePhone
	status actors.Status
}

func (p statusPhone) Do(ctx context.Context, command string, params json.RawMessage) (any, error) {
	if command == "status" {
		return p.status, nil
	}
	return p.fakePhone.Do(ctx, command, params)
}

// imsStatus is a phone with a protected line, one that isn't, and a visitor.
func imsStatus() actors.Status {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	return actors.Status{
		Accounts: []actors.AccountStatus{
			{Name: "ims", AOR: "sip:a@ims.example.org", State: "registered", Expires: 3240, Contact: "sip:a@192.0.2.1:32001",
				Flow: "UDP 192.0.2.1:5060-192.0.2.9:5060", Security: "ipsec", Notices: []actors.Notice{{Time: at, Text: "SQN behind by 96, resynchronised"}},
				Associations: []actors.AssociationStatus{{Set: 2, State: "active", Algorithms: "hmac-sha-1-96/aes-cbc", Mode: "trans", Expires: at.Add(time.Hour),
					SAs: []actors.SA{
						{SPI: 4097, From: "192.0.2.1:31001", To: "192.0.2.9:6100", Counters: &actors.SACounters{Packets: 3, Bytes: 2100}},
						{SPI: 1003, From: "192.0.2.9:5100", To: "192.0.2.1:32001", Counters: &actors.SACounters{Packets: 2, Bytes: 900, Refused: 1}},
						{SPI: 4096, From: "192.0.2.1:32001", To: "192.0.2.9:5100"},
					}}}},
			{Name: "lab", AOR: "sip:b@lab.test", State: "failed", Security: "none", Text: "403 Forbidden", Retry: &at},
		},
		Network:  "eth0 192.0.2.1",
		Counters: actors.CounterStatus{Outside: 10_000},
	}
}

// TestStatusOfAnIMSLine: the SAs with SPIs, algorithms, lifetimes and counters,
// the warning of ipsec = off, and what came from outside.
func TestStatusOfAnIMSLine(t *testing.T) {
	const want = `ims          registered    sip:a@ims.example.org  for 3240 s as sip:a@192.0.2.1:32001 over UDP 192.0.2.1:5060-192.0.2.9:5060
             IPsec active hmac-sha-1-96/aes-cbc trans until 2026-01-02 04:04:05
               SPI 4097       192.0.2.1:31001 → 192.0.2.9:6100  3 packets, 2100 bytes
               SPI 1003       192.0.2.9:5100 → 192.0.2.1:32001  2 packets, 900 bytes, 1 refused
               SPI 4096       192.0.2.1:32001 → 192.0.2.9:5100
             03:04:05 SQN behind by 96, resynchronised
lab          failed        sip:b@lab.test
             403 Forbidden
             next try at 03:04:05
             WARNING: ipsec = off, the signalling goes in the clear
network      eth0 192.0.2.1
10000 messages from outside the security associations were dropped
`
	code, stdout, stderr := imsphone("status", "--socket", serve(t, statusPhone{status: imsStatus()}))
	if code != 0 || stdout != want {
		t.Errorf("exit code %d, %s\n got\n%s\nwant\n%s", code, stderr, stdout, want)
	}
	code, stdout, _ = imsphone("status", "--json", "--socket", serve(t, statusPhone{status: imsStatus()}))
	for _, part := range []string{`"outsideSAs":10000`, `"spi":4097`, `"algorithms":"hmac-sha-1-96/aes-cbc"`, `"security":"none"`} {
		if code != 0 || !strings.Contains(stdout, part) {
			t.Errorf("exit code %d, no %s in %s", code, part, stdout)
		}
	}
}

// TestStrangersDoNotDriveTheTerminal: what a server says is printed, and no more.
func TestStrangersDoNotDriveTheTerminal(t *testing.T) {
	s := actors.Status{Accounts: []actors.AccountStatus{{Name: "a", State: "failed", Text: "403 \x1b]0;pwned\x07\u009b31mÄ\r"}}}
	for _, command := range []string{"status", "explain"} {
		_, stdout, _ := imsphone(command, "--socket", serve(t, statusPhone{status: s}))
		if strings.ContainsAny(stdout, "\x1b\x07\u009b\r") || !strings.Contains(stdout, "403 �]0;pwned��31mÄ") {
			t.Errorf("%s: %q", command, stdout)
		}
	}
}

// TestExplain prints a sentence for each account, or for the one named.
func TestExplain(t *testing.T) {
	socket := serve(t, statusPhone{status: imsStatus()})
	const ims = "ims is registered as sip:a@ims.example.org, protected by IPsec (hmac-sha-1-96/aes-cbc); lately: SQN behind by 96, resynchronised.\n"
	code, stdout, _ := imsphone("explain", "ims", "--socket", socket)
	if code != 0 || stdout != ims {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	code, stdout, _ = imsphone("explain", "--socket", socket)
	if lines := strings.SplitAfter(stdout, "\n"); code != 0 || len(lines) != 3 || lines[0] != ims || !strings.HasPrefix(lines[1], "lab is not registered: 403 Forbidden; ") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
	code, stdout, _ = imsphone("explain", "ims", "--json", "--socket", socket)
	var said []explanation
	if err := json.Unmarshal([]byte(stdout), &said); err != nil || code != 0 || len(said) != 1 || said[0].Account != "ims" || said[0].State != "registered" {
		t.Errorf("exit code %d, %v, %s", code, err, stdout)
	}
	if code, _, stderr := imsphone("explain", "nobody", "--socket", socket); code != 1 || stderr != "imsphone: there is no account \"nobody\"\n" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestStatusOfVideo shows each direction that has had a picture.
func TestStatusOfVideo(t *testing.T) {
	const want = `call 1       active        outgoing sip:bob@example.org  G722, 7 s
             video sendrecv, the far end offers sendrecv
             sent: 320×240, 14.9 pictures/s, 812 kbit/s, 2 not sent, 3 packets lost
             the camera is away: the far end sees a blank picture
`
	call := actors.CallStatus{Call: "1", StateName: "active", Direction: "outgoing", Remote: "sip:bob@example.org", Codec: "G722", Seconds: 7,
		Video: &actors.VideoStatus{Direction: "sendrecv", Offered: "sendrecv", CameraLost: true, Received: &actors.VideoFlow{},
			Sent: &actors.VideoFlow{Frames: 100, Dropped: 2, Width: 320, Height: 240, FPS: 14.9, KBPS: 811.6, LostPackets: 3}}}
	h := statusPhone{status: actors.Status{Calls: []actors.CallStatus{call}}}
	if code, stdout, stderr := imsphone("status", "--socket", serve(t, h)); code != 0 || stdout != want {
		t.Errorf("%d %s\n%s\nwant\n%s", code, stderr, stdout, want)
	}
}
