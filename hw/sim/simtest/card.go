package simtest

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/protocol/aka"
)

// logicalChannels is how many channels a Card has, the basic one included.
const logicalChannels = 4

// Card is a smart card. Its methods are safe for concurrent use.
type Card struct {
	profile        Profile
	mf, adfU, adfI directory
	fullTries      int
	mu             sync.Mutex
	usim           *aka.USIM
	tries          int
	verified       bool
	channels       [logicalChannels]session
	commands       int // processed so far
	removeAt       int // command at which the card is pulled; 0 is never
	removed        bool
	basicUsed      bool
}

// session is the state of a logical channel.
type session struct {
	open    bool
	dir     directory
	app     bool // dir is an application's
	file    elementary
	chosen  bool   // file is an elementary file
	waiting []byte // for GET RESPONSE
}

// New makes a card in its reader. It panics if the profile's State is none,
// for the test is wrong then.
func New(p Profile) *Card {
	u, err := aka.NewUSIM(p.Functions, p.State, p.Limits)
	if err != nil {
		panic(fmt.Sprintf("simtest: %v", err))
	}
	c := &Card{profile: p, usim: u, tries: p.Tries, mf: p.master()}
	if p.IMSI != "" {
		c.adfU = p.usim()
	}
	if p.ISIM != nil {
		c.adfI = p.isim()
	}
	if c.tries == 0 {
		c.tries = 3
	}
	c.fullTries = max(c.tries, 3)
	if p.Blocked {
		c.tries = 0
	}
	c.reset()
	c.verified = c.verified || p.Verified
	return c
}

// Reset is what power does to a card: no PIN is verified, no file selected.
func (c *Card) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset()
}

func (c *Card) reset() {
	c.verified = c.profile.PIN == ""
	c.channels = [logicalChannels]session{{open: true, dir: c.mf}}
}

// RemoveAfter pulls the card out of its reader after n further commands.
func (c *Card) RemoveAfter(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeAt = c.commands + n + 1
}

// Commands tells how many commands the card has processed.
func (c *Card) Commands() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.commands
}

// Tries tells how many tries the PIN has left.
func (c *Card) Tries() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tries
}

// OpenChannels tells how many logical channels are open beside the basic one.
func (c *Card) OpenChannels() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, s := range c.channels[1:] {
		if s.open {
			n++
		}
	}
	return n
}

// BasicUsed tells whether an application was ever selected on the basic channel,
// which belongs to a modem where there is one.
func (c *Card) BasicUsed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.basicUsed
}

// Process carries out a command. ok is false if the card isn't there.
func (c *Card) Process(command []byte) (response []byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commands++
	if c.removeAt > 0 && c.commands >= c.removeAt {
		c.removed = true
	}
	if c.removed {
		return nil, false
	}
	if c.profile.T0 && len(command) == 5 && command[4] == 0 && (command[1] == apdu.Verify || command[1] == apdu.ManageChannel && command[2] != 0) {
		command = command[:4] // P3 of 0 is that there is no data
	}
	data, status := c.carryOut(command)
	return append(data, byte(status>>8), byte(status)), true
}

func (c *Card) carryOut(command []byte) ([]byte, apdu.Status) {
	cmd, err := apdu.Parse(command)
	if err != nil || c.profile.T0 && len(cmd.Data) > 0 && cmd.Reply {
		return nil, apdu.WrongLength
	}
	if cmd.Class&0x70 != 0 {
		return nil, apdu.NoSuchClass
	}
	s := &c.channels[cmd.Class&0x03]
	if !s.open {
		return nil, apdu.NoLogicalChannel
	}
	if cmd.Instruction == apdu.GetResponse {
		data := s.waiting
		s.waiting = nil
		return c.deliver(s, cmd, data)
	}
	data, status := c.instruct(s, cmd)
	if status != apdu.OK || len(data) == 0 {
		return nil, status
	}
	if c.profile.T0 && len(cmd.Data) > 0 {
		s.waiting = data
		return nil, 0x6100 | apdu.Status(byte(len(data)))
	}
	return c.deliver(s, cmd, data)
}

// deliver answers data in the length that was asked for.
func (c *Card) deliver(s *session, cmd apdu.Command, data []byte) ([]byte, apdu.Status) {
	if len(data) == 0 {
		return nil, apdu.ConditionsUnmet
	}
	if c.profile.T0 && int(cmd.Length) != len(data)&0xff {
		if cmd.Instruction == apdu.GetResponse {
			s.waiting = data
		}
		return nil, 0x6c00 | apdu.Status(byte(len(data)))
	}
	if !cmd.Reply {
		return nil, apdu.OK
	}
	return bytes.Clone(data), apdu.OK
}

func (c *Card) instruct(s *session, cmd apdu.Command) ([]byte, apdu.Status) {
	const status = 0xf2
	switch cmd.Instruction {
	case apdu.Select:
		return c.choose(s, cmd)
	case status:
		return c.fcp(s), apdu.OK
	case apdu.ReadBinary:
		return c.readBinary(s, cmd)
	case apdu.ReadRecord:
		return c.readRecord(s, cmd)
	case apdu.Verify:
		return nil, c.verify(cmd)
	case apdu.ManageChannel:
		return c.manage(cmd)
	case apdu.Authenticate:
		return c.authenticate(s, cmd)
	}
	return nil, apdu.NoSuchInstruction
}

// manage opens and closes logical channels (TS 102 221 §11.1.17).
func (c *Card) manage(cmd apdu.Command) ([]byte, apdu.Status) {
	if cmd.P1 == 0x80 {
		if cmd.P2 == 0 || cmd.P2 >= logicalChannels || !c.channels[cmd.P2].open {
			return nil, apdu.NoLogicalChannel
		}
		c.channels[cmd.P2] = session{}
		return nil, apdu.OK
	}
	for i := range c.channels {
		if !c.channels[i].open {
			c.channels[i] = session{open: true, dir: c.mf}
			return []byte{byte(i)}, apdu.OK
		}
	}
	return nil, apdu.FunctionNotSupported
}
