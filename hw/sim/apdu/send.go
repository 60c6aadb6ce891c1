package apdu

import (
	"context"
	"fmt"
)

// maxParts bounds how often a card may say that there is more.
const maxParts = 64

// Send carries c out: it fetches what the card announces by 61xx and repeats
// the command with the length that the card wants by 6Cxx (TS 102 221 §7.3.1.1).
// The answer is the data; what the card says of it is status, whatever it is.
// An error is the channel's or a response that is none.
func Send(ctx context.Context, ch Channel, c Command) (data []byte, status Status, err error) {
	for range maxParts {
		part, status, err := exchange(ctx, ch, c)
		if err != nil {
			return nil, 0, err
		}
		data = append(data, part...)
		if n, ok := status.Exact(); ok {
			c.Reply, c.Length = true, n
			continue
		}
		n, ok := status.More()
		if !ok {
			return data, status, nil
		}
		c = Command{Class: c.Class, Instruction: GetResponse, Reply: true, Length: n}
	}
	return nil, 0, fmt.Errorf("the card has more to say after %d parts of a response: it may be broken", maxParts)
}

// exchange sends one APDU.
func exchange(ctx context.Context, ch Channel, c Command) ([]byte, Status, error) {
	command, err := c.Append(make([]byte, 0, 5+len(c.Data)+1))
	if err != nil {
		return nil, 0, err
	}
	response, err := ch.Transmit(ctx, command)
	if err != nil {
		return nil, 0, err
	}
	if len(response) < 2 {
		return nil, 0, fmt.Errorf("the card answered %d bytes and no status word: it may be broken or badly seated", len(response))
	}
	n := len(response) - 2
	return response[:n], Status(response[n])<<8 | Status(response[n+1]), nil
}

// Must is Send for a command that has to succeed. doing names it in a few words
// for the *StatusError of one that doesn't.
func Must(ctx context.Context, ch Channel, doing string, c Command) ([]byte, error) {
	data, status, err := Send(ctx, ch, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if !status.Success() && !status.Warning() {
		return nil, &StatusError{Doing: doing, Status: status}
	}
	return data, nil
}
