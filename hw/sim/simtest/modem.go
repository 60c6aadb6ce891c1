package simtest

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Modem is a modem with a card that speaks AT commands (TS 27.007).
type Modem struct {
	// Card is the card; nil is an empty modem.
	Card *Card
	// Silent makes it swallow everything after this many commands; 0 is never.
	Silent int
	// Asleep makes it lose its first commands, so many of them.
	Asleep int
	// Late makes it keep its first answers to itself, so many of them, and give
	// them together with the next.
	Late int
	// NoCGLA and NoCSIM are modems that don't know these commands.
	NoCGLA, NoCSIM bool
	// Chatty makes it say unasked things in between, and forget to leave the
	// echo off.
	Chatty bool
	// Old makes it answer in the forms of older modems: without quotation
	// marks, the length in bytes, the session as a number alone.
	Old bool
	// Wordy makes it explain its errors in words.
	Wordy bool

	echo     bool
	commands int
	kept     string      // answers that come late
	sessions map[int]int // session to logical channel
}

// The codes of +CME ERROR (TS 27.007 §9.2).
const (
	cmeUnsupported = 4
	cmeNoSIM       = 10
	cmeNotFound    = 22
	cmeParameters  = 50
)

// Serve answers commands until the port ends.
func (m *Modem) Serve(port io.ReadWriter) error {
	m.echo, m.sessions = true, map[int]int{}
	in := bufio.NewReader(port)
	for {
		command, err := in.ReadString('\r')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		command = strings.Trim(command, "\r\n")
		m.commands++
		if m.commands <= m.Asleep || m.Silent > 0 && m.commands > m.Silent {
			continue
		}
		m.kept += m.reply(command)
		if m.commands <= m.Late {
			continue
		}
		if _, err := io.WriteString(port, m.kept); err != nil {
			return err
		}
		m.kept = ""
	}
}

// reply gives all that the modem says to a command.
func (m *Modem) reply(command string) string {
	var b strings.Builder
	if m.echo || m.Chatty {
		b.WriteString(command + "\r")
	}
	if m.Chatty {
		b.WriteString("\r\n+CREG: 1\r\n\r\nRING\r\n")
	}
	text, code := m.execute(command)
	if text != "" {
		b.WriteString("\r\n" + text + "\r\n")
	}
	if m.Chatty {
		b.WriteString("\r\n^RSSI: 19\r\n")
	}
	switch {
	case code == 0:
		b.WriteString("\r\nOK\r\n")
	case m.Wordy:
		b.WriteString("\r\n+CME ERROR: operation not supported\r\n")
	case code == cmeUnsupported:
		b.WriteString("\r\nERROR\r\n")
	default:
		fmt.Fprintf(&b, "\r\n+CME ERROR: %d\r\n", code)
	}
	return b.String()
}

// execute gives the answer to a command, or the code of an error.
func (m *Modem) execute(command string) (text string, code int) {
	name, parameters, _ := strings.Cut(command, "=")
	switch name {
	case "ATE0":
		m.echo = false
		return "", 0
	case "AT", "AT+CMEE":
		return "", 0
	}
	known := map[string]func(string) (string, int){"AT+CSIM": m.csim}
	if m.NoCSIM {
		delete(known, "AT+CSIM")
	}
	if !m.NoCGLA {
		known["AT+CCHO"], known["AT+CGLA"], known["AT+CCHC"] = m.ccho, m.cgla, m.cchc
	}
	run := known[name]
	switch {
	case run == nil:
		return "", cmeUnsupported
	case m.Card == nil:
		return "", cmeNoSIM
	}
	return run(parameters)
}

// csim is AT+CSIM=<length>,"<command>" (TS 27.007 §8.17).
func (m *Modem) csim(parameters string) (string, int) {
	return m.carry("+CSIM", parameters, 0)
}

// cgla is AT+CGLA=<session>,<length>,"<command>" (TS 27.007 §8.45).
func (m *Modem) cgla(parameters string) (string, int) {
	number, rest, _ := strings.Cut(parameters, ",")
	id, err := strconv.Atoi(number)
	channel, ok := m.sessions[id]
	if err != nil || !ok {
		return "", cmeParameters
	}
	return m.carry("+CGLA", rest, byte(channel))
}

// carry passes <length>,"<command>" on to the card.
func (m *Modem) carry(name, parameters string, channel byte) (string, int) {
	count, digits, _ := strings.Cut(parameters, ",")
	digits = strings.Trim(digits, `"`)
	n, err := strconv.Atoi(count)
	command, err2 := hex.DecodeString(digits)
	if err != nil || err2 != nil || n != len(digits) || len(command) < 4 {
		return "", cmeParameters
	}
	command[0] |= channel
	response, ok := m.Card.Process(command)
	if !ok {
		return "", cmeNoSIM
	}
	if m.Old {
		return fmt.Sprintf("%s:%d,%x", name, len(response), response), 0
	}
	return fmt.Sprintf("%s: %d,%q", name, 2*len(response), fmt.Sprintf("%X", response)), 0
}

// ccho is AT+CCHO="<AID>" (TS 27.007 §8.43).
func (m *Modem) ccho(parameters string) (string, int) {
	aid, err := hex.DecodeString(strings.Trim(parameters, `"`))
	if err != nil {
		return "", cmeParameters
	}
	opened, ok := m.Card.Process([]byte{0, 0x70, 0, 0, 1})
	if !ok {
		return "", cmeNoSIM
	}
	if len(opened) != 3 {
		return "", cmeNotFound
	}
	channel := opened[0]
	selected, ok := m.Card.Process(append([]byte{channel, 0xa4, 4, 4, byte(len(aid))}, aid...))
	if !ok {
		return "", cmeNoSIM
	}
	if selected[0] != 0x61 && selected[0] != 0x90 {
		m.Card.Process([]byte{0, 0x70, 0x80, channel, 0}) // the card may be gone
		return "", cmeNotFound
	}
	id := 10 + len(m.sessions)
	m.sessions[id] = int(channel)
	if m.Old {
		return strconv.Itoa(id), 0
	}
	return fmt.Sprintf("+CCHO: %d", id), 0
}

// cchc is AT+CCHC=<session> (TS 27.007 §8.44).
func (m *Modem) cchc(parameters string) (string, int) {
	id, err := strconv.Atoi(parameters)
	channel, ok := m.sessions[id]
	if err != nil || !ok {
		return "", cmeParameters
	}
	delete(m.sessions, id)
	if _, ok := m.Card.Process([]byte{0, 0x70, 0x80, byte(channel), 0}); !ok {
		return "", cmeNoSIM
	}
	return "", 0
}
