package ipsec

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// reqids are the ids by which policies find their states, and by which a sweep
// knows them for ours: "IMS" and the place in [secagree.Set.SAs]. That sets have
// them in common does no harm, since a state's selector is exact; and where two
// sets share a pair of ports, they share the policy as well.
const reqids = 0x494d5300

// ours tells whether a reqid is one of ours.
func ours(reqid uint32) bool { return reqid >= reqids && reqid < reqids+4 }

// replayWindow is that of RFC 4303 §3.4.3, in packets.
const replayWindow = 64

// initialLifetime is how long SAs live whose lifetime is never set: a little
// longer than a temporary set (TS 24.229 §5.1.1.5.1).
const initialLifetime = 5 * time.Minute

// state is an SA as the kernel shall have it.
type state struct {
	secagree.SA
	reqid    uint32
	outbound bool
	// auth and crypt, or aead.
	auth, crypt, aead *algorithm
}

// algorithm is one that the kernel knows by name.
type algorithm struct {
	name string
	// key is a function so that fmt can't print what it gives, however deep in
	// other values it lies.
	key  func() []byte
	bits uint32 // of the ICV; 0 for crypt
}

func newAlgorithm(name string, bits uint32, key []byte) *algorithm {
	return &algorithm{name, func() []byte { return key }, bits}
}

// plan gives the states of a set, in the order of [secagree.Set.SAs].
func plan(set secagree.Set, role Role) ([4]state, error) {
	var states [4]state
	set.UE.Addr, set.PCSCF.Addr = plain(set.UE.Addr), plain(set.PCSCF.Addr)
	if err := check(set); err != nil {
		return states, err
	}
	for i, sa := range set.SAs() {
		states[i] = state{SA: sa, reqid: reqids + uint32(i), outbound: role.sends(i)}
		states[i].algorithms(set)
	}
	return states, nil
}

// plain gives an address as the kernel has it.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// check says why a set can't be installed.
func check(set secagree.Set) error {
	if set.Mode != secagree.Transport {
		return ErrTunnel
	}
	if !set.Suite.Valid() {
		return fmt.Errorf("no suite has integrity %d with encryption %d", set.Suite.Integrity, set.Suite.Encryption)
	}
	if set.UE.Addr.Is4() != set.PCSCF.Addr.Is4() {
		return fmt.Errorf("the set's addresses %s and %s are of two families", set.UE.Addr, set.PCSCF.Addr)
	}
	return errors.Join(checkEnd("UE", set.UE), checkEnd("P-CSCF", set.PCSCF))
}

func checkEnd(name string, e secagree.End) error {
	switch {
	case !e.Addr.IsValid() || e.Addr.IsUnspecified():
		return fmt.Errorf("the set has no address of the %s", name)
	case e.ClientPort == 0 || e.ServerPort == 0 || e.ClientPort == e.ServerPort:
		return fmt.Errorf("the %s's protected ports %d and %d can't be told apart", name, e.ClientPort, e.ServerPort)
	case e.ClientSPI == 0 || e.ServerSPI == 0 || e.ClientSPI == e.ServerSPI:
		// Those below 256 are reserved (RFC 4303 §2.1), but there are P-CSCFs
		// that count from 100.
		return fmt.Errorf("the %s's SPIs %d and %d can't be told apart", name, e.ClientSPI, e.ServerSPI)
	}
	return nil
}

// algorithms sets what TS 33.203 Annex H and I make of suite and keys. In the
// kernel the salt is the key's tail.
func (s *state) algorithms(set secagree.Set) {
	auth, crypt := esp.AuthKey(set.Suite, set.IK), esp.EncryptionKey(set.Suite, set.CK)
	salt := esp.Salt(set.Suite, set.IK, set.CK)
	switch {
	case set.Suite.Encryption == secagree.AESGCM:
		s.aead = newAlgorithm("rfc4106(gcm(aes))", 128, append(crypt, salt...))
		return
	case set.Suite.Integrity == secagree.AESGMAC:
		s.aead = newAlgorithm("rfc4543(gcm(aes))", 128, append(auth, salt...))
		return
	case set.Suite.Integrity == secagree.HMACMD5:
		s.auth = newAlgorithm("hmac(md5)", 96, auth)
	case set.Suite.Integrity == secagree.HMACSHA1:
		s.auth = newAlgorithm("hmac(sha1)", 96, auth)
	}
	s.crypt = newAlgorithm("ecb(cipher_null)", 0, nil)
	if set.Suite.Encryption == secagree.AESCBC {
		s.crypt = newAlgorithm("cbc(aes)", 0, crypt)
	}
}

// policy gives the policy that has packets go through the state only.
func (s state) policy() *netlink.XfrmPolicy {
	dir := netlink.XFRM_DIR_IN
	if s.outbound {
		dir = netlink.XFRM_DIR_OUT
	}
	return &netlink.XfrmPolicy{
		Src: host(s.Source.Addr()), SrcPort: int(s.Source.Port()),
		Dst: host(s.Destination.Addr()), DstPort: int(s.Destination.Port()),
		Dir: dir, Priority: priority,
		Tmpls: []netlink.XfrmPolicyTmpl{{
			Src: s.Source.Addr().AsSlice(), Dst: s.Destination.Addr().AsSlice(),
			Proto: netlink.XFRM_PROTO_ESP, Mode: netlink.XFRM_MODE_TRANSPORT, Reqid: int(s.reqid),
		}},
	}
}

// priority of our policies: before those of a VPN, whose numbers are higher.
const priority = 100

// host gives the network of one address.
func host(a netip.Addr) *net.IPNet {
	return &net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(a.BitLen(), a.BitLen())}
}

// id gives what names the state in the kernel.
func (s state) id() *netlink.XfrmState {
	return &netlink.XfrmState{Src: s.Source.Addr().AsSlice(), Dst: s.Destination.Addr().AsSlice(),
		Proto: netlink.XFRM_PROTO_ESP, Spi: int(s.SPI)}
}

// String names the SA for messages.
func (s state) String() string {
	return fmt.Sprintf("SA %#x from %s to %s", s.SPI, s.Source, s.Destination)
}
