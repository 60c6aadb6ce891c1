package rtpnet

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// datagrams is one UDP socket. Its system calls never wait, and so the runtime isn't
// told of them: otherwise the first one after each pause wakes a thread of its that
// looks after them, which costs more than they do. One waits for a packet by the
// runtime's poller. A read is for one goroutine at a time.
type datagrams struct {
	conn *net.UDPConn
	raw  syscall.RawConn
	in   receiving
	mu   sync.Mutex // for out
	out  sending
}

func newDatagrams(addr netip.AddrPort) (*datagrams, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	d := &datagrams{conn: conn, raw: raw}
	d.in.try, d.out.try = d.in.attempt, d.out.attempt
	d.out.v6 = conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Is6()
	return d, nil
}

// read passes over the errors that a peer's ICMP messages leave on the socket:
// only a closed socket ends a stream's reader.
func (d *datagrams) read(b []byte) (int, netip.AddrPort, error) {
	d.in.b = b
	for {
		if err := d.raw.Read(d.in.try); err != nil {
			return 0, netip.AddrPort{}, err
		}
		if d.in.errno == 0 {
			return d.in.n, d.in.from.addrPort(), nil
		}
	}
}

func (d *datagrams) write(b []byte, to netip.AddrPort) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out.b, d.out.size = b, d.out.to.set(to, d.out.v6)
	if d.out.size == 0 {
		return os.NewSyscallError("sendto", unix.EAFNOSUPPORT)
	}
	if err := d.raw.Write(d.out.try); err != nil {
		return err
	}
	if d.out.errno != 0 {
		return os.NewSyscallError("sendto", d.out.errno)
	}
	return nil
}

// receiving is what a read works on, kept so that nothing is allocated.
type receiving struct {
	b     []byte
	n     int
	from  sockaddr
	errno syscall.Errno
	try   func(fd uintptr) bool // attempt
}

// attempt takes a packet, or says that none is there.
func (r *receiving) attempt(fd uintptr) bool {
	size := uint32(unsafe.Sizeof(r.from))
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(r.b))), uintptr(len(r.b)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&r.from)), uintptr(unsafe.Pointer(&size)))
	r.n, r.errno = int(n), errno
	return errno != unix.EAGAIN
}

// sending is what a write works on, as receiving.
type sending struct {
	b     []byte
	to    sockaddr
	size  uintptr // of to
	v6    bool    // an IPv6 socket
	errno syscall.Errno
	try   func(fd uintptr) bool // attempt
}

// attempt sends the packet. Where there is no room for it, it is lost: by the time
// that there is it would be of no use.
func (s *sending) attempt(fd uintptr) bool {
	_, _, s.errno = unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.b))), uintptr(len(s.b)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&s.to)), s.size)
	return true
}
