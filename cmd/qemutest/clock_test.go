//go:build linux

package qemutest

import (
	"bytes"
	"testing"
	"time"
)

// TestAnswerTime: a request has its own time back, and ours; what is none has no
// answer.
func TestAnswerTime(t *testing.T) {
	request := make([]byte, 48)
	request[0] = 4<<3 | 3
	copy(request[40:], "sent now")
	// The first second of 2026 begins 3976214400 s (0xed003780) after 1900.
	answer := answerTime(request, time.Date(2026, 1, 1, 0, 0, 0, 5e8, time.UTC))
	half := []byte{0xed, 0x00, 0x37, 0x80, 0x80, 0, 0, 0}
	if len(answer) != 48 || answer[0] != 4<<3|4 || answer[1] != 1 || string(answer[24:32]) != "sent now" ||
		!bytes.Equal(answer[32:40], half) || !bytes.Equal(answer[40:], half) {
		t.Errorf("% x", answer)
	}
	if got := answerTime(request[:47], time.Now()); got != nil {
		t.Errorf("an answer to half a request: % x", got)
	}
	request[0] = 4<<3 | 4
	if got := answerTime(request, time.Now()); got != nil {
		t.Errorf("an answer to an answer: % x", got)
	}
}
