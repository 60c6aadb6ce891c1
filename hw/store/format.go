package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// sumLabel begins the last line of a file.
const sumLabel = "sha256:"

// sumLine is the length of that line.
const sumLine = len(sumLabel) + 2*sha256.Size + 1

// What can be wrong with a file.
var (
	errShort = errors.New("it ends before its checksum")
	errSum   = errors.New("its checksum doesn't match")
)

// encode makes the content of a file that holds v.
func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("state can't be saved: %w", err)
	}
	b = append(b, '\n')
	sum := sha256.Sum256(b)
	b = append(b, sumLabel...)
	b = hex.AppendEncode(b, sum[:])
	return append(b, '\n'), nil
}

// payload checks the content of a file and gives the JSON in it.
func payload(content []byte) ([]byte, error) {
	if len(content) <= sumLine || content[len(content)-1] != '\n' {
		return nil, errShort
	}
	body, line := content[:len(content)-sumLine], content[len(content)-sumLine:]
	if !bytes.HasPrefix(line, []byte(sumLabel)) || body[len(body)-1] != '\n' {
		return nil, errShort
	}
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != string(line[len(sumLabel):sumLine-1]) {
		return nil, errSum
	}
	return body, nil
}
