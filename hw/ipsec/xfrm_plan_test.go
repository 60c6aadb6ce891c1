package ipsec

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/secagree"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs (go test -update writes it):\n%s", path, text)
	}
}

// render writes states and policies as ip-xfrm(8) would.
func render(states [4]state) string {
	var b strings.Builder
	for _, s := range states {
		fmt.Fprintf(&b, "state src %s dst %s proto esp spi %#x reqid %#x mode transport", s.Source.Addr(), s.Destination.Addr(), s.SPI, s.reqid)
		if s.auth != nil {
			fmt.Fprintf(&b, " auth-trunc %s 0x%x %d", s.auth.name, s.auth.key(), s.auth.bits)
		}
		if s.crypt != nil {
			fmt.Fprintf(&b, " enc %s 0x%x", s.crypt.name, s.crypt.key())
		}
		if s.aead != nil {
			fmt.Fprintf(&b, " aead %s 0x%x %d", s.aead.name, s.aead.key(), s.aead.bits)
		}
		fmt.Fprintf(&b, " sel src %s dst %s\n", s.Source, s.Destination)
		p := s.policy()
		tmpl := p.Tmpls[0]
		fmt.Fprintf(&b, "policy %s src %s sport %d dst %s dport %d priority %d tmpl src %s dst %s proto %s reqid %#x mode %s level %s\n",
			p.Dir, p.Src, p.SrcPort, p.Dst, p.DstPort, p.Priority, tmpl.Src, tmpl.Dst, tmpl.Proto, tmpl.Reqid, tmpl.Mode,
			map[int]string{0: "required", 1: "use"}[tmpl.Optional])
	}
	return b.String()
}

func TestPlans(t *testing.T) {
	var b strings.Builder
	for _, suite := range secagree.Suites() {
		for _, role := range []Role{UE, PCSCF} {
			for _, family := range []string{"IPv4", "IPv6"} {
				states, err := plan(testSet(suite, ends[family], 0), role)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "# %s, %s, %s\n%s\n", suite, role, family, render(states))
			}
		}
	}
	golden(t, "plans.txt", b.String())
}

// TestMessages holds the bytes that the kernel gets, which are the same for
// 32-bit processors.
func TestMessages(t *testing.T) {
	var b strings.Builder
	for _, suite := range []secagree.Suite{shaCBC, {Encryption: secagree.AESGCM}} {
		for _, family := range []string{"IPv4", "IPv6"} {
			states, err := plan(testSet(suite, ends[family], 0), UE)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range states[:2] {
				fmt.Fprintf(&b, "# %s, %s\n", suite, s)
				for _, part := range s.message(300) {
					b.WriteString(hex.Dump(part.Serialize()) + "\n")
				}
			}
		}
	}
	golden(t, "messages.txt", b.String())
}

func TestSetsThatCannotBeInstalled(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*secagree.Set)
		want  string
	}{
		"tunnel":         {func(s *secagree.Set) { s.Mode = secagree.UDPTunnel }, ErrTunnel.Error()},
		"suite":          {func(s *secagree.Set) { s.Suite = secagree.Suite{} }, "no suite"},
		"two families":   {func(s *secagree.Set) { s.UE.Addr = ends["IPv6"][0] }, "two families"},
		"no address":     {func(s *secagree.Set) { s.UE.Addr, s.PCSCF.Addr = netip.Addr{}, netip.Addr{} }, "no address of the UE"},
		"any address":    {func(s *secagree.Set) { s.PCSCF.Addr = netip.IPv4Unspecified() }, "no address of the P-CSCF"},
		"port 0":         {func(s *secagree.Set) { s.UE.ClientPort = 0 }, "the UE's protected ports"},
		"one port twice": {func(s *secagree.Set) { s.PCSCF.ClientPort = s.PCSCF.ServerPort }, "the P-CSCF's protected ports"},
		"SPI 0":          {func(s *secagree.Set) { s.PCSCF.ServerSPI = 0 }, "the P-CSCF's SPIs"},
		"one SPI twice":  {func(s *secagree.Set) { s.UE.ClientSPI = s.UE.ServerSPI }, "the UE's SPIs"},
	} {
		set := testSet(shaNull, ends["IPv4"], 0)
		c.spoil(&set)
		if _, err := plan(set, UE); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

// TestAddressesAreTheKernels maps addresses as sockets give them.
func TestAddressesAreTheKernels(t *testing.T) {
	set := testSet(shaNull, ends["IPv4"], 0)
	want, _ := plan(set, UE)
	set.UE.Addr = netip.AddrFrom16(set.UE.Addr.As16())
	if got, err := plan(set, UE); err != nil || render(got) != render(want) {
		t.Errorf("%v\n%s", err, render(got))
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	for _, suite := range secagree.Suites() {
		set := testSet(suite, ends["IPv4"], 0)
		states, err := plan(set, UE)
		if err != nil {
			t.Fatal(err)
		}
		ik, ck := set.IK.Expose(), set.CK.Expose()
		for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s"} {
			text := strings.ToLower(fmt.Sprintf(verb, states) + fmt.Sprintf(verb, &installed{states: states}))
			for _, k := range [][16]byte{ik, ck} {
				for _, secret := range []string{hex.EncodeToString(k[4:8]), fmt.Sprint(k[4:8])[1:12], fmt.Sprintf("%#v", k[4:8])[7:20]} {
					if strings.Contains(text, secret) {
						t.Errorf("%s, %s prints a key", suite, verb)
					}
				}
			}
		}
	}
}

func TestTheKernelsErrorsAreExplained(t *testing.T) {
	for errno, want := range map[error]error{
		unix.EPERM: ErrPrivilege, unix.EPROTONOSUPPORT: ErrNoESP, unix.ENOSYS: ErrNoESP,
		unix.EEXIST: ErrTaken, unix.ESRCH: ErrGone,
	} {
		got := explain(fmt.Errorf("%w: said the kernel", errno))
		if !errors.Is(got, want) || !errors.Is(got, errno) || !strings.Contains(got.Error(), "said the kernel") {
			t.Errorf("%v: %v", errno, got)
		}
	}
	if err := explain(nil); err != nil {
		t.Errorf("nil: %v", err)
	}
	if err := explain(netlink.ErrDumpInterrupted); err != netlink.ErrDumpInterrupted {
		t.Errorf("another error: %v", err)
	}
}
