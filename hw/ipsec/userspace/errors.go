package userspace

import (
	"errors"
	"net"
	"os"
	"syscall"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// ErrNoSA: no installed set protects what is to be sent.
var ErrNoSA = errors.New("userspace ESP: no set of SAs has these addresses and ports: install it first")

// explain gives the system's error for the stack's, nil for nil.
func explain(err tcpip.Error) error {
	switch err.(type) {
	case nil:
		return nil
	case *tcpip.ErrClosedForReceive, *tcpip.ErrClosedForSend, *tcpip.ErrInvalidEndpointState:
		return net.ErrClosed
	case *tcpip.ErrConnectionRefused:
		return syscall.ECONNREFUSED
	case *tcpip.ErrConnectionReset, *tcpip.ErrConnectionAborted, *tcpip.ErrAborted:
		return syscall.ECONNRESET
	case *tcpip.ErrTimeout:
		return syscall.ETIMEDOUT
	case *tcpip.ErrPortInUse:
		return syscall.EADDRINUSE
	case *tcpip.ErrBadLocalAddress:
		return syscall.EADDRNOTAVAIL
	case *tcpip.ErrMessageTooLong:
		return syscall.EMSGSIZE
	case *tcpip.ErrNoBufferSpace, *tcpip.ErrWouldBlock:
		return syscall.ENOBUFS
	case *tcpip.ErrHostUnreachable, *tcpip.ErrNetworkUnreachable:
		return syscall.EHOSTUNREACH
	}
	return errors.New(err.String())
}

// explainText does the same for what the connections say, which is text only.
func explainText(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) || op.Err == nil {
		return err
	}
	for _, known := range []tcpip.Error{&tcpip.ErrConnectionReset{}, &tcpip.ErrConnectionAborted{}, &tcpip.ErrAborted{},
		&tcpip.ErrTimeout{}, &tcpip.ErrConnectionRefused{}, &tcpip.ErrClosedForSend{}, &tcpip.ErrClosedForReceive{},
		&tcpip.ErrHostUnreachable{}, &tcpip.ErrNetworkUnreachable{}} {
		if op.Err.Error() == known.String() {
			op.Err = explain(known)
			return op
		}
	}
	if op.Timeout() {
		op.Err = os.ErrDeadlineExceeded
	}
	return err
}
