package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/secagree"
)

type runCmd struct {
	Listen     string           `help:"Address and port for UDP and TCP." default:"127.0.0.1:5060"`
	ESP        string           `name:"esp" help:"How packets are protected: udp (ESP in UDP, without privilege), or ip (IP protocol 50, what the kernels of phones speak; needs CAP_NET_RAW)." enum:"udp,ip" default:"udp"`
	ESPPort    uint16           `name:"esp-port" help:"UDP port for ESP; 0 is any." default:"4500"`
	Domain     string           `help:"Home domain." default:"lab.test"`
	Users      []string         `help:"Users; with --plain as name:password." default:"alice,bob"`
	Plain      bool             `help:"A plain SIP domain: a registrar and a proxy with passwords."`
	NonceReuse bool             `help:"Let phones re-register without a new challenge."`
	Misbehave  lab.Misbehaviour `help:"What the IMS core does wrong: ${misbehaviours}." default:"none" placeholder:"NAME"`
	Dir        string           `help:"Where the SIMs and configurations of the users' phones are written; the default is imslab in the user's cache directory." type:"path"`
}

// Run serves until it is interrupted.
func (cmd runCmd) Run(out io.Writer, in io.Reader) error {
	server, err := cmd.serve(out)
	if err != nil {
		return err
	}
	defer server.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if !cmd.Plain {
		go obey(server, in, out)
	}
	<-ctx.Done()
	return nil
}

func (cmd runCmd) serve(out io.Writer) (*lab.Server, error) {
	addr, err := netip.ParseAddrPort(cmd.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %q: write address:port", cmd.Listen)
	}
	if cmd.Plain {
		return cmd.servePlain(addr, out)
	}
	return cmd.serveIMS(addr, out)
}

// defaultPassword is that of plain users who have none of their own.
const defaultPassword = "secret"

func (cmd runCmd) servePlain(addr netip.AddrPort, out io.Writer) (*lab.Server, error) {
	users := map[string]string{}
	for _, u := range cmd.Users {
		name, password, ok := strings.Cut(u, ":")
		if !ok {
			password = defaultPassword
		}
		users[name] = password
	}
	server, err := lab.Listen(addr, cmd.Domain, users)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "%s is served at %s by UDP and TCP\n", cmd.Domain, server.Addr())
	return server, nil
}

// serveIMS starts the core and tells how phones get into it.
func (cmd runCmd) serveIMS(addr netip.AddrPort, out io.Writer) (*lab.Server, error) {
	var names []string
	for _, u := range cmd.Users {
		name, _, _ := strings.Cut(u, ":")
		names = append(names, name)
	}
	users := lab.Users(names...)
	cfg := lab.IMSConfig{Domain: cmd.Domain, Users: users, NonceReuse: cmd.NonceReuse, Misbehaviour: cmd.Misbehave}
	if cmd.ESP == "ip" {
		cfg.Modes = []secagree.Mode{secagree.Transport}
	}
	server, err := lab.ListenIMS(addr, cmd.ESPPort, cfg)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "The IMS core of %s: P-CSCF, S-CSCF and HSS at %s, %s.\n", cmd.Domain, server.Addr(), carried(server))
	if cmd.Misbehave != lab.WellBehaved {
		fmt.Fprintf(out, "It misbehaves: %s.\n", cmd.Misbehave.What())
	}
	if err := cmd.introduce(server, users, out); err != nil {
		server.Close()
		return nil, err
	}
	fmt.Fprint(out, "\n", commands)
	return server, nil
}

// carried says how a core's ESP goes over the network.
func carried(server *lab.Server) string {
	if at := server.Encapsulation(); at.Port() != 0 {
		return fmt.Sprintf("ESP in UDP at %s", at)
	}
	return "ESP by IP"
}

// introduce writes what each user's phone needs, and says how to start it.
func (cmd runCmd) introduce(server *lab.Server, users []lab.User, out io.Writer) error {
	dir := cmd.Dir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("there is no place for the users' SIMs: name one with --dir (%w)", err)
		}
		dir = filepath.Join(cache, "imslab")
	}
	for _, u := range users {
		keys, err := writeKeys(dir, u)
		if err != nil {
			return err
		}
		text := account(u, cmd.Domain, keys, server)
		path, err := writeConfig(dir, u.Name, text)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s, %s: imsphone run --config %s\nor with this account in a configuration of your own:\n\n%s", u.Name, u.Number, path, text)
	}
	return nil
}
