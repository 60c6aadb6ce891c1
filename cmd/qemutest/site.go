//go:build linux

package qemutest

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync/atomic"

	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// Domain is the home domain of everybody.
const Domain = "lab.test"

// Site is the network with its IMS core, of which a process has one.
type Site struct {
	Core *lab.Server

	dir   string
	users []lab.User
	next  atomic.Int32 // the next pair of users
	stops []func()
}

// pairs is how many tests may have users of their own.
const pairs = 40

// OpenSite starts the core and the DHCP server; files go to dir.
func OpenSite(dir string) (*Site, error) {
	s := &Site{dir: dir}
	var names []string
	for n := range pairs {
		names = append(names, fmt.Sprintf("board%d", n), fmt.Sprintf("far%d", n))
	}
	s.users = lab.Users(names...)
	stop, err := startDHCP(dir)
	if err != nil {
		return nil, err
	}
	s.stops = append(s.stops, stop)
	s.Core, err = lab.ListenIMS(netip.AddrPortFrom(coreAddr, 5060), 0,
		lab.IMSConfig{Domain: Domain, Users: s.users, Modes: []secagree.Mode{secagree.Transport}})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.stops = append(s.stops, func() { s.Core.Close() })
	return s, nil
}

// Close ends the core and the DHCP server.
func (s *Site) Close() error {
	for _, stop := range s.stops {
		stop()
	}
	return nil
}

// Pair is a board's user and one who calls it.
type Pair struct {
	Board, Far lab.User
	number     int
}

// Pair gives two users that no other test has.
func (s *Site) Pair() Pair {
	n := int(s.next.Add(1)) - 1
	return Pair{Board: s.users[2*n], Far: s.users[2*n+1], number: n}
}

// Account is a user's account as the configuration has it; the keys of its SIM
// are in secret. More is added to it.
func (s *Site) Account(u lab.User, secret, more string) string {
	return fmt.Sprintf(`[[account]]
name = %q
user = %q
%s[account.ims]
secret_file = %q
impi = %q
domain = %q
pcscf = [%q]
`, u.Name, u.URI(Domain), more, secret, u.PrivateID(Domain), Domain, s.Core.Addr())
}

// scratch makes a directory for the files of one test.
func (s *Site) scratch(name string) (string, error) { return os.MkdirTemp(s.dir, name+"-") }
