package peertest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// A Program is an executable that a lab runs, with the Debian package that
// installs it.
type Program struct {
	Name    string // as found in PATH
	Package string // Debian package
}

// Programs returns every program that the peer tests run.
func Programs() []Program {
	return []Program{
		{"ip", "iproute2"},
		{"kamailio", "kamailio kamailio-tls-modules"},
		{"baresip", "baresip-core"},
		{"sipp", "sip-tester"},
		{"dumpcap", "wireshark-common"},
		{"tshark", "tshark"},
	}
}

// IMSPrograms returns what an IMS core needs on top of [Programs].
func IMSPrograms() []Program {
	return []Program{
		{"kamailio", "kamailio kamailio-ims-modules kamailio-presence-modules kamailio-sqlite-modules"},
		{"dnsmasq", "dnsmasq-base"},
		{"sqlite3", "sqlite3"},
		{"setpriv", "util-linux"},
		{"unshare", "util-linux"},
	}
}

// Need reports, as one error, everything that keeps labs from running here:
// lacking root rights and each missing program with its Debian package.
func Need(programs ...Program) error {
	var missing []error
	if os.Geteuid() != 0 {
		missing = append(missing, errors.New("network namespaces need root: run this as root"))
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p.Name); err != nil {
			missing = append(missing, fmt.Errorf("%s is missing: apt-get install %s", p.Name, p.Package))
		}
	}
	return errors.Join(missing...)
}
