package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/imsphone/imsphone/cmd/internal/lab"
)

// account is a subscriber's account of the IMS core, as TOML: to paste into a
// configuration.
func account(u lab.User, domain, keyFile string, server *lab.Server) string {
	text := fmt.Sprintf(`[[account]]
name = %q
user = %q
local = %q
[account.ims]
secret_file = %q
impi = %q
domain = %q
pcscf = [%q]
`, u.Name, u.URI(domain), local(server), keyFile, u.PrivateID(domain), domain, server.Addr())
	if at := server.Encapsulation(); at.Port() != 0 {
		text += fmt.Sprintf("ipsec = \"udp\"\nencapsulation_port = %d\n", at.Port())
	}
	return text
}

// local is where phones listen: at the core's own address where that is this
// machine's alone, else wherever they are.
func local(server *lab.Server) string {
	if at := server.Addr().Addr(); at.IsLoopback() {
		return netip.AddrPortFrom(at, 0).String()
	}
	return ":0"
}

// writeKeys writes the file of a subscriber's SIM in software, and gives its
// path.
func writeKeys(dir string, u lab.User) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, u.Name+".key")
	return path, os.WriteFile(path, []byte(u.SIM()), 0o600)
}

// writeConfig writes a whole configuration with an account, for one of several
// phones on a machine, and gives its path.
func writeConfig(dir, name, account string) (string, error) {
	path := filepath.Join(dir, name+".conf")
	text := fmt.Sprintf("[state]\ndir = %q\n[control]\nsocket = %q\n[audio]\ndevice = \"fake:tone=440\"\n", filepath.Join(dir, name), filepath.Join(dir, name+".sock")) + account
	return path, os.WriteFile(path, []byte(text), 0o600)
}
