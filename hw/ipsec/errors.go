package ipsec

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// The errors that callers tell apart.
var (
	// ErrPrivilege: this process may not change the kernel's SAs.
	ErrPrivilege = errors.New("the kernel's SAs need CAP_NET_ADMIN: run as root, give the program the capability (setcap cap_net_admin+ep), or set ipsec = userspace")
	// ErrNoESP: the kernel lacks ESP, or an algorithm of the suite.
	ErrNoESP = errors.New("this kernel has no ESP for these algorithms (CONFIG_INET_ESP, CONFIG_INET6_ESP, CONFIG_XFRM_USER and the modules of the algorithms): load its modules, or set ipsec = userspace")
	// ErrTunnel: the set wants ESP in UDP.
	ErrTunnel = errors.New("the kernel backend has no UDP-enc-tun: set ipsec = userspace, or offer mod=trans only")
	// ErrTaken: the kernel has such an SA or policy already.
	ErrTaken = errors.New("the kernel has an SA with this SPI, or a policy for these ports, already (ip xfrm state; ip xfrm policy): sweep what an earlier run left, or allocate others")
	// ErrGone: the SA is no longer there.
	ErrGone = errors.New("the SA is gone: it expired, or somebody removed it")
)

// explain says what an error of the kernel means. nil stays nil.
func explain(err error) error {
	for _, known := range []struct {
		errno unix.Errno
		means error
	}{
		{unix.EPERM, ErrPrivilege}, {unix.EACCES, ErrPrivilege},
		{unix.EPROTONOSUPPORT, ErrNoESP}, {unix.ENOSYS, ErrNoESP}, {unix.ENOENT, ErrNoESP}, {unix.EOPNOTSUPP, ErrNoESP},
		{unix.EAFNOSUPPORT, ErrNoESP},
		{unix.EEXIST, ErrTaken},
		{unix.ESRCH, ErrGone},
	} {
		if errors.Is(err, known.errno) {
			return fmt.Errorf("%w (%w)", known.means, err)
		}
	}
	return err
}
