package pcsc

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/internal/pcscwire"
)

// Card is a card in a reader, for this program alone. It is safe for concurrent
// use.
type Card struct {
	client   *client
	reader   string
	card     int32
	protocol uint32
}

var _ apdu.Channel = (*Card)(nil)

// Open connects to the card in the reader whose name contains reader; "" is
// whichever holds a card. socket is where pcscd listens; "" is the usual place.
// The errors are those of this package and of package apdu.
func Open(ctx context.Context, socket, reader string) (*Card, error) {
	c, err := dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	card, err := c.open(ctx, reader)
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return card, nil
}

func (c *client) open(ctx context.Context, name string) (*Card, error) {
	list, err := c.readers(ctx)
	if err != nil {
		return nil, err
	}
	reader, err := pick(list, name)
	if err != nil {
		return nil, err
	}
	establish := pcscwire.EstablishMsg{Scope: pcscwire.ScopeSystem}
	if err := c.call(ctx, "context of pcscd", pcscwire.EstablishContext, &establish, nil); err != nil {
		return nil, err
	}
	if establish.Result != pcscwire.Success {
		return nil, explain("context of pcscd", establish.Result)
	}
	// The card's state is this program's: a SELECT by another would change
	// which key AUTHENTICATE takes.
	connect := pcscwire.ConnectMsg{
		Context: establish.Context, Reader: pcscwire.NameOf(reader.Name),
		Share: pcscwire.ShareExclusive, Protocols: pcscwire.ProtocolT0 | pcscwire.ProtocolT1,
	}
	doing := fmt.Sprintf("reader %q", reader.Name)
	if err := c.call(ctx, doing, pcscwire.Connect, &connect, nil); err != nil {
		return nil, err
	}
	if connect.Result != pcscwire.Success {
		return nil, explain(doing, connect.Result)
	}
	return &Card{client: c, reader: reader.Name, card: connect.Card, protocol: connect.Protocol}, nil
}

// Reader gives the name of the card's reader.
func (c *Card) Reader() string { return c.reader }

// Transmit carries one command, in the form that the card's protocol wants.
func (c *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if c.protocol == pcscwire.ProtocolT0 {
		command = apdu.ForT0(command)
	}
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	doing := fmt.Sprintf("reader %q", c.reader)
	message := pcscwire.TransmitMsg{
		Card: c.card, SendProtocol: c.protocol, SendPCILength: pcscwire.PCILength, SendLength: uint32(len(command)),
		ReceiveProtocol: c.protocol, ReceivePCILength: pcscwire.PCILength, ReceiveLength: pcscwire.MaxResponse,
	}
	var response []byte
	err := c.client.guard(ctx, doing, func() (err error) {
		if err := c.client.send(pcscwire.Transmit, &message, command); err != nil {
			return err
		}
		if err := c.client.receive(&message); err != nil || message.Result != pcscwire.Success {
			return err
		}
		if message.ReceiveLength > pcscwire.MaxResponse {
			return fmt.Errorf("a response of %d bytes", message.ReceiveLength)
		}
		response = make([]byte, message.ReceiveLength)
		_, err = io.ReadFull(c.client.conn, response)
		return err
	})
	if err != nil {
		return nil, err
	}
	if message.Result != pcscwire.Success {
		return nil, explain(doing, message.Result)
	}
	return response, nil
}

// closing is how long Close takes care of the card.
const closing = patience / 10

// Close resets the card, so that nobody finds its PIN verified, and lets go of
// it. A card that is gone is closed, too.
func (c *Card) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	message := pcscwire.DisconnectMsg{Card: c.card, Disposition: pcscwire.ResetCard}
	// Where this fails, pcscd drops the card at the end of the connection.
	_ = c.client.call(ctx, "end", pcscwire.Disconnect, &message, nil)
	return c.client.close()
}
