package simtest

import (
	"errors"
	"io"
	"net"
	"sync"

	"github.com/imsphone/imsphone/hw/sim/internal/pcscwire"
)

// Daemon is a pcscd with readers and their cards.
type Daemon struct {
	// Minor is the version of the protocol that it speaks; 0 is the newest
	// that clients know.
	Minor int32
	// Mute makes it take commands and never answer them.
	Mute bool

	readers  []slot
	listener net.Listener
	done     sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
	used  map[string]bool // readers that a client has for itself
}

type slot struct {
	name string
	card *Card // nil is an empty reader
}

// AddReader plugs a reader in; card is nil for an empty one. It comes before
// Listen.
func (d *Daemon) AddReader(name string, card *Card) {
	d.readers = append(d.readers, slot{name, card})
}

// Listen makes the daemon serve clients at a unix socket until Close.
func (d *Daemon) Listen(socket string) (err error) {
	d.conns, d.used = map[net.Conn]bool{}, map[string]bool{}
	d.listener, err = net.Listen("unix", socket)
	if err != nil {
		return err
	}
	d.done.Go(func() {
		for {
			conn, err := d.listener.Accept()
			if err != nil {
				return // closed
			}
			d.mu.Lock()
			d.conns[conn] = true
			d.mu.Unlock()
			d.done.Go(func() { d.serve(conn) })
		}
	})
	return nil
}

// Close ends the daemon and waits until it is gone.
func (d *Daemon) Close() error {
	err := d.listener.Close()
	d.mu.Lock()
	for conn := range d.conns {
		err = errors.Join(err, conn.Close())
	}
	d.mu.Unlock()
	d.done.Wait()
	return err
}

// Use says that another program has a reader for itself.
func (d *Daemon) Use(reader string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used[reader] = true
}

// client is one connection.
type client struct {
	daemon *Daemon
	conn   net.Conn
	slot   *slot // connected to
	proto  uint32
}

func (d *Daemon) serve(conn net.Conn) {
	c := &client{daemon: d, conn: conn}
	for c.one() == nil {
	}
	c.release()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conns[conn] {
		delete(d.conns, conn)
		conn.Close()
	}
}

// errProtocol: what a pcscd ends the connection for.
var errProtocol = errors.New("not pcscd's protocol")

// one serves one command.
func (c *client) one() error {
	var h pcscwire.Header
	if err := c.read(&h); err != nil {
		return err
	}
	if c.daemon.Mute {
		_, err := io.Copy(io.Discard, c.conn)
		return errors.Join(errProtocol, err)
	}
	switch h.Command {
	case pcscwire.Version:
		return reply(c, h, func(m *pcscwire.VersionMsg) { c.version(m) })
	case pcscwire.EstablishContext:
		return reply(c, h, func(m *pcscwire.EstablishMsg) { m.Context = 4711 })
	case pcscwire.GetReadersState:
		return c.states()
	case pcscwire.Connect:
		return reply(c, h, c.connect)
	case pcscwire.Disconnect:
		return reply(c, h, func(m *pcscwire.DisconnectMsg) { c.disconnect(m) })
	case pcscwire.Transmit:
		return c.transmit(h)
	}
	return errProtocol
}

// reply reads a message, has it filled in and sends it back.
func reply[M any](c *client, h pcscwire.Header, fill func(*M)) error {
	var m M
	if int(h.Size) != pcscwire.Size(m) {
		return errProtocol
	}
	if err := c.read(&m); err != nil {
		return err
	}
	fill(&m)
	return c.write(m)
}

func (c *client) read(message any) error {
	b := make([]byte, pcscwire.Size(message))
	if _, err := io.ReadFull(c.conn, b); err != nil {
		return err
	}
	return pcscwire.Decode(b, message)
}

func (c *client) write(message any) error {
	_, err := c.conn.Write(pcscwire.Encode(message))
	return err
}

func (c *client) version(m *pcscwire.VersionMsg) {
	own := c.daemon.Minor
	if own == 0 {
		own = pcscwire.Minor
	}
	if m.Major != pcscwire.Major || m.Minor != own {
		m.Result = pcscwire.ServiceStopped
	}
	m.Major, m.Minor = pcscwire.Major, own
}

func (c *client) states() error {
	var states [pcscwire.MaxReaders]pcscwire.ReaderState
	for i, r := range c.daemon.readers {
		states[i].Name = pcscwire.NameOf(r.name)
		if r.card != nil {
			states[i].State = pcscwire.StatePresent
		}
	}
	return c.write(states)
}

func (c *client) connect(m *pcscwire.ConnectMsg) {
	c.daemon.mu.Lock()
	defer c.daemon.mu.Unlock()
	m.Result = pcscwire.UnknownReader
	for i, r := range c.daemon.readers {
		if r.name != m.Reader.String() {
			continue
		}
		switch {
		case r.card == nil:
			m.Result = pcscwire.NoCard
		case c.daemon.used[r.name]:
			m.Result = pcscwire.SharingViolation
		default:
			c.daemon.used[r.name] = true
			c.slot, c.proto = &c.daemon.readers[i], pcscwire.ProtocolT1
			if r.card.profile.T0 {
				c.proto = pcscwire.ProtocolT0
			}
			m.Card, m.Protocol, m.Result = 0x1234567, c.proto, pcscwire.Success
		}
	}
}

func (c *client) disconnect(m *pcscwire.DisconnectMsg) {
	if c.slot == nil {
		m.Result = pcscwire.InvalidHandle
		return
	}
	if m.Disposition == pcscwire.ResetCard {
		c.slot.card.Reset()
	}
	c.release()
}

// release lets others use the reader.
func (c *client) release() {
	c.daemon.mu.Lock()
	defer c.daemon.mu.Unlock()
	if c.slot != nil {
		delete(c.daemon.used, c.slot.name)
		c.slot = nil
	}
}

func (c *client) transmit(h pcscwire.Header) error {
	var m pcscwire.TransmitMsg
	if int(h.Size) != pcscwire.Size(m) {
		return errProtocol
	}
	if err := c.read(&m); err != nil {
		return err
	}
	const most = 1 << 16
	if m.SendLength > most || m.SendProtocol != c.proto {
		return errProtocol
	}
	command := make([]byte, m.SendLength)
	if _, err := io.ReadFull(c.conn, command); err != nil {
		return err
	}
	response, result := c.process(command)
	m.Result, m.ReceiveLength = result, uint32(len(response))
	_, err := c.conn.Write(append(pcscwire.Encode(m), response...))
	return err
}

func (c *client) process(command []byte) ([]byte, pcscwire.Result) {
	if c.slot == nil {
		return nil, pcscwire.InvalidHandle
	}
	response, ok := c.slot.card.Process(command)
	if !ok {
		return nil, pcscwire.Removed
	}
	return response, pcscwire.Success
}
