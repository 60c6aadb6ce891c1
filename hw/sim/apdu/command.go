package apdu

import "fmt"

// Command is a command APDU of short length.
type Command struct {
	Class, Instruction, P1, P2 byte
	Data                       []byte // at most 255 bytes
	// Reply tells that the card is to answer with data.
	Reply bool
	// Length is how many bytes are wanted; 0 is as many as there are, up to 256.
	Length byte
}

// The instructions that this phone uses (TS 102 221 §10.1.2).
const (
	Verify        = 0x20
	ManageChannel = 0x70
	Authenticate  = 0x88
	Select        = 0xa4
	ReadBinary    = 0xb0
	ReadRecord    = 0xb2
	GetResponse   = 0xc0
)

// maxData is what Lc can count.
const maxData = 255

// Append appends the APDU to b.
func (c Command) Append(b []byte) ([]byte, error) {
	if len(c.Data) > maxData {
		return nil, fmt.Errorf("command with %d bytes of data: a card takes %d at most", len(c.Data), maxData)
	}
	b = append(b, c.Class, c.Instruction, c.P1, c.P2)
	if len(c.Data) > 0 {
		b = append(b, byte(len(c.Data)))
		b = append(b, c.Data...)
	}
	if c.Reply {
		b = append(b, c.Length)
	}
	return b, nil
}

// Parse takes a command APDU of short length apart. Data is a part of b.
func Parse(b []byte) (Command, error) {
	if len(b) < 4 {
		return Command{}, fmt.Errorf("command of %d bytes: its header has 4", len(b))
	}
	c := Command{Class: b[0], Instruction: b[1], P1: b[2], P2: b[3]}
	body := b[4:]
	if len(body) == 0 {
		return c, nil
	}
	if len(body) == 1 {
		c.Reply, c.Length = true, body[0]
		return c, nil
	}
	n := int(body[0])
	switch body = body[1:]; {
	case n > 0 && len(body) == n:
		c.Data = body
	case n > 0 && len(body) == n+1:
		c.Data, c.Reply, c.Length = body[:n], true, body[n]
	default:
		return Command{}, fmt.Errorf("command with %d bytes after an Lc of %d", len(body), n)
	}
	return c, nil
}

// ForT0 gives the form in which protocol T=0 carries a command: without Le
// where there is data, since the card answers 61xx and is asked then (ISO/IEC
// 7816-3 §12.2.4). A command without data and Le has its P3 of 0.
func ForT0(command []byte) []byte {
	c, err := Parse(command)
	switch {
	case err != nil:
		return command // the card says what it thinks of it
	case len(c.Data) > 0 && c.Reply:
		return command[:len(command)-1]
	case len(command) == 4:
		return append(command[:4:4], 0)
	}
	return command
}
