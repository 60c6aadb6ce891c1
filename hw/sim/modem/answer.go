package modem

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// parseResponse finds the response APDU in the answer to AT+CSIM or AT+CGLA:
//
//	+CSIM: <number of digits>,"<hexadecimal>"
//
// Modems differ in blanks, in quotation marks, and in whether the number counts
// digits or bytes; lines of other things may come between.
func parseResponse(prefix string, lines []string) ([]byte, error) {
	text, ok := find(prefix, lines)
	if !ok {
		return nil, fmt.Errorf("%w: there is no %s in it", ErrAnswer, prefix)
	}
	count, digits, ok := strings.Cut(text, ",")
	n, err := strconv.Atoi(strings.TrimSpace(count))
	if !ok || err != nil {
		return nil, fmt.Errorf("%w: %s without a length", ErrAnswer, prefix)
	}
	digits = strings.Trim(strings.TrimSpace(digits), `"`)
	response, err := hex.DecodeString(digits)
	if err != nil {
		return nil, fmt.Errorf("%w: %s not in hexadecimal", ErrAnswer, prefix) // err would tell of keys
	}
	if n != len(digits) && n != len(response) {
		return nil, fmt.Errorf("%w: %s with %d digits where it says %d: some were lost", ErrAnswer, prefix, len(digits), n)
	}
	return response, nil
}

// parseSession finds the session in the answer to AT+CCHO: a line with the
// prefix +CCHO: or, in older modems, with the number alone.
func parseSession(lines []string) (int, error) {
	const prefix = "+CCHO:"
	if text, ok := find(prefix, lines); ok {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 {
			return n, nil
		}
	}
	for _, text := range lines {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: AT+CCHO without a session", ErrAnswer)
}

// find gives what stands behind prefix in the first line that has it.
func find(prefix string, lines []string) (string, bool) {
	for _, text := range lines {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}
