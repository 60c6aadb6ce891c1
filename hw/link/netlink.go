package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// groups are the multicast groups of rtnetlink that tell of what matters.
const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV6_ROUTE

// readSize holds what the kernel writes at once: 32 KiB at most.
const readSize = 64 << 10

func openRoute(kind int, groups uint32) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|kind, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, fmt.Errorf("open netlink socket (a sandbox must allow AF_NETLINK): %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("bind netlink socket: %w", err)
	}
	return fd, nil
}

// notices is the socket that the kernel's notices come to.
type notices struct {
	file *os.File
	conn syscall.RawConn
	buf  []byte
}

func openNotices() (*notices, error) {
	fd, err := openRoute(unix.SOCK_NONBLOCK, groups)
	if err != nil {
		return nil, err
	}
	n := &notices{file: os.NewFile(uintptr(fd), "netlink"), buf: make([]byte, readSize)}
	n.conn, err = n.file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, n.file.Close())
	}
	return n, nil
}

// next waits for the next notice; an error says that there will be none.
func (n *notices) next() (notice, error) {
	var size int
	var from unix.Sockaddr
	var failed error
	err := n.conn.Read(func(fd uintptr) bool {
		size, from, failed = unix.Recvfrom(int(fd), n.buf, unix.MSG_TRUNC)
		if overrun(failed) {
			n.drain(int(fd))
		}
		return !errors.Is(failed, unix.EAGAIN) && !errors.Is(failed, unix.EINTR)
	})
	if err != nil {
		return notice{}, err
	}
	return n.read(size, from, failed)
}

// read makes sense of what came. Where notices were lost nobody knows what they
// said: that is a change.
func (n *notices) read(size int, from unix.Sockaddr, err error) (notice, error) {
	if overrun(err) || err == nil && size > len(n.buf) {
		return notice{news: look | certain}, nil
	}
	if err != nil {
		return notice{}, err
	}
	if kernel, ok := from.(*unix.SockaddrNetlink); !ok || kernel.Pid != 0 {
		return notice{}, nil // from another process
	}
	return readNotice(n.buf[:size]), nil
}

// overrun tells whether there was no room for a notice.
func overrun(err error) bool { return errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM) }

// maxDrained bounds the reads after an overrun.
const maxDrained = 10_000

// drain empties the socket after an overrun: until it is empty the kernel drops
// all further notices, and doesn't say so again.
func (n *notices) drain(fd int) {
	for range maxDrained {
		if _, _, err := unix.Recvfrom(fd, n.buf, unix.MSG_DONTWAIT); errors.Is(err, unix.EAGAIN) {
			return
		}
	}
}

func (n *notices) close() error { return n.file.Close() }

// lister is the socket for questions. It isn't the one of the notices, which may
// overflow and has answers and notices mixed.
type lister struct {
	fd  int
	seq uint32
	buf []byte
}

// answerTime bounds the wait for an answer, in seconds: the kernel answers at
// once or never.
const answerTime = 2

func openLister() (*lister, error) {
	fd, err := openRoute(0, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: answerTime}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set time limit of netlink socket: %w", err)
	}
	return &lister{fd: fd, buf: make([]byte, readSize)}, nil
}

// snapshot asks for all that matters. It needn't be of one instant: what changes
// meanwhile gives a notice, and so another look.
func (l *lister) snapshot() (snapshot, error) {
	return l.part(unix.RTM_GETLINK, unix.RTM_GETADDR, unix.RTM_GETROUTE)
}

// part asks for some of it.
func (l *lister) part(kinds ...uint16) (snapshot, error) {
	var lists [][]byte
	for _, kind := range kinds {
		list, err := l.list(kind)
		if err != nil {
			return snapshot{}, fmt.Errorf("ask the kernel for its network: %w", err)
		}
		lists = append(lists, list)
	}
	return newSnapshot(lists...)
}

// list asks for all there is of one kind.
func (l *lister) list(kind uint16) ([]byte, error) {
	l.seq++
	if err := unix.Sendto(l.fd, question(kind, l.seq), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	var all []byte
	for {
		n, _, err := unix.Recvfrom(l.fd, l.buf, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, err
		}
		part, done, err := answer(l.buf[:n], l.seq)
		if err != nil {
			return nil, err
		}
		if all = append(all, part...); done {
			return all, nil
		}
	}
}

// question is a request for a list, of any address family.
func question(kind uint16, seq uint32) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN+unix.SizeofIfInfomsg) // the longest body: zeros mean no filter
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], kind)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	binary.NativeEndian.PutUint32(b[8:], seq)
	return b
}

// answer looks through a part of a list: whether it is the last one, or a
// refusal. A part that answers an older question is left out.
func answer(b []byte, seq uint32) (part []byte, done bool, err error) {
	for m, err := range messages(b) {
		switch {
		case err != nil:
			return nil, false, err
		case m.seq != seq:
			return nil, false, nil
		case m.kind == unix.NLMSG_DONE:
			done = true
		case m.kind == unix.NLMSG_ERROR:
			return nil, false, refusal(m)
		}
	}
	return b, done, nil
}

func refusal(m message) error {
	if len(m.body) < 4 {
		return errShort
	}
	return unix.Errno(-int32(binary.NativeEndian.Uint32(m.body)))
}

func (l *lister) close() error { return unix.Close(l.fd) }
