package qemutest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Key is who may log in at the boards.
type Key struct{ signer ssh.Signer }

// NewKey makes a key.
func NewKey() (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, err
	}
	signer, err := ssh.NewSignerFromKey(private)
	return Key{signer}, err
}

// Authorized is the key's line of a file authorized_keys.
func (k Key) Authorized() string { return string(ssh.MarshalAuthorizedKey(k.signer.PublicKey())) }

// Shell is a connection to a board.
type Shell struct{ client *ssh.Client }

// LogIn connects as a user, and tries until ctx ends: the board may still be
// booting.
func (k Key) LogIn(ctx context.Context, addr netip.Addr, user string) (*Shell, error) {
	retry := time.NewTicker(200 * time.Millisecond)
	defer retry.Stop()
	for {
		s, err := k.logIn(ctx, addr, user)
		if err == nil {
			return s, nil
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("nobody lets %s in at %s: %w", user, addr, errors.Join(ctx.Err(), err))
		}
	}
}

func (k Key) logIn(ctx context.Context, addr netip.Addr, user string) (*Shell, error) {
	dialer := net.Dialer{Timeout: 10 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(addr, 22).String())
	if err != nil {
		return nil, err
	}
	// A board that was switched off in the middle of it says nothing.
	conn.SetDeadline(time.Now().Add(time.Minute))
	c, channels, requests, err := ssh.NewClientConn(conn, addr.String(), &ssh.ClientConfig{User: user,
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},                                                              // a client that likes RSA better, as Go's does, lets Debian's dropbear fail
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(k.signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()}) // a network of our own
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	return &Shell{ssh.NewClient(c, channels, requests)}, nil
}

// Run runs a command of the board's shell and gives what it printed; an error
// holds that too.
func (s *Shell) Run(ctx context.Context, command string) (string, error) {
	return s.Feed(ctx, command, nil)
}

// Feed does the same with input.
func (s *Shell) Feed(ctx context.Context, command string, in io.Reader) (string, error) {
	session, err := s.client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	var out, errs bytes.Buffer
	session.Stdin, session.Stdout, session.Stderr = in, &out, &errs
	if err := session.Start(command); err != nil {
		return "", err
	}
	done := make(chan error, 1)
	go func() { done <- session.Wait() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		s.client.Close() // the session's goroutines end with it
		return "", fmt.Errorf("%s: %w", command, ctx.Err())
	}
	if err != nil {
		return out.String(), fmt.Errorf("%s: %w\n%s%s", command, err, out.String(), errs.String())
	}
	return out.String(), nil
}

// Start runs a command until it ends or the function that it gives is called;
// what it prints can be read meanwhile.
func (s *Shell) Start(command string) (out io.Reader, stop func(), err error) {
	_, out, stop, err = s.Talk(command)
	return out, stop, err
}

// Talk does the same with a command that reads what is written to in.
func (s *Shell) Talk(command string) (in io.Writer, out io.Reader, stop func(), err error) {
	session, err := s.client.NewSession()
	if err != nil {
		return nil, nil, nil, err
	}
	in, errIn := session.StdinPipe()
	out, errOut := session.StdoutPipe()
	if err := errors.Join(errIn, errOut, session.Start(command)); err != nil {
		session.Close()
		return nil, nil, nil, err
	}
	return in, out, func() { session.Close() }, nil
}

// JSON runs imsphone with --json and reads its answer.
func (s *Shell) JSON(ctx context.Context, command string, out any) error {
	text, err := s.Run(ctx, "imsphone --json "+command)
	if err != nil {
		return err
	}
	return json.NewDecoder(strings.NewReader(text)).Decode(out)
}

// Close ends the connection.
func (s *Shell) Close() error { return s.client.Close() }
