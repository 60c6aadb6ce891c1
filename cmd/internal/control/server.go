package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Handler is what the socket serves. Both methods are called from several
// goroutines.
type Handler interface {
	// Do performs a command and gives what JSON can hold, or an error for the
	// user.
	Do(ctx context.Context, command string, params json.RawMessage) (any, error)
	// Subscribe gives lines to send as events, until cancel or until the channel is
	// closed.
	Subscribe() (events <-chan any, cancel func())
}

// commandTime bounds one command; writeTime one write to a client that does
// not read. A machine may stand still for seconds, so both are long.
const (
	commandTime = 30 * time.Second
	writeTime   = 30 * time.Second
)

// Server serves one socket.
type Server struct {
	listener net.Listener
	handler  Handler
	ctx      context.Context
	cancel   context.CancelFunc
	wg       sync.WaitGroup
}

// Listen opens the socket at path and serves it until Close. Only the user may use
// it, and his group where the socket's directory is for that, too, and for nobody
// else. A socket that a dead phone left behind is replaced; one that answers is an
// error.
func Listen(path string, handler Handler) (*Server, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("can't make the directory of control.socket: %w", err)
	}
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return nil, fmt.Errorf("another phone answers at %s: stop it, or give this one another control.socket", path)
	} else if _, err := os.Lstat(path); err == nil {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("can't replace the dead socket: %w", err)
		}
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("can't open control.socket: %w", err)
	}
	if err := admit(path); err != nil {
		listener.Close()
		return nil, err
	}
	s := &Server{listener: listener, handler: handler}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wg.Go(s.accept)
	return s, nil
}

// admit lets those use the socket whom its directory is for.
func admit(path string) error {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	mode := os.FileMode(0o600)
	if perm := dir.Mode().Perm(); perm&0o010 != 0 && perm&0o007 == 0 {
		mode |= 0o060
	}
	return os.Chmod(path, mode)
}

// Close ends all connections and removes the socket.
func (s *Server) Close() error {
	s.cancel()
	err := s.listener.Close()
	s.wg.Wait()
	return err
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of file descriptors: one connection less is no reason to end.
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-s.ctx.Done():
				return
			}
		}
		s.wg.Go(func() { s.serve(conn) })
	}
}

// session is one client.
type session struct {
	conn net.Conn
	mu   sync.Mutex // one line at a time
}

// send ends the session where the client doesn't get the line: it would wait for
// an answer, or take silence for nothing having happened.
func (c *session) send(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(writeTime))
	err := writeLine(c.conn, v)
	if err != nil {
		c.conn.Close()
	}
	return err
}

func (s *Server) serve(conn net.Conn) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()

	c := &session{conn: conn}
	subscribed := false
	in := newLines(conn)
	for {
		line, err := in.next()
		if err != nil {
			if errors.Is(err, errLineTooLong) {
				c.send(Response{Response: true, Error: err.Error()})
			}
			return
		}
		var req Request
		if err := json.Unmarshal(line, &req); err != nil {
			c.send(Response{Response: true, Error: "this is no JSON object with a command: " + err.Error()})
			continue
		}
		if req.Command == "subscribe" {
			// Subscribed before the answer, as what the client does after it
			// must not be missed; events only after it, as the client waits for
			// the answer first.
			start := func() {}
			if !subscribed {
				subscribed = true
				events, cancel := s.handler.Subscribe()
				start = func() { s.wg.Go(func() { forward(ctx, c, events, cancel) }) }
			}
			c.send(Response{Response: true, OK: true, Token: req.Token})
			start()
			continue
		}
		s.wg.Go(func() { c.send(s.do(ctx, req)) })
	}
}

func (s *Server) do(ctx context.Context, req Request) Response {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	data, err := s.handler.Do(ctx, req.Command, req.Params)
	if err != nil {
		return Response{Response: true, Error: err.Error(), Token: req.Token}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return Response{Response: true, Error: err.Error(), Token: req.Token}
	}
	return Response{Response: true, OK: true, Data: raw, Token: req.Token}
}

// forward sends events until the client is gone.
func forward(ctx context.Context, c *session, events <-chan any, cancel func()) {
	defer cancel()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			if c.send(e) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
