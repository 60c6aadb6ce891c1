// Command imslab is the network in a box, for demos and tests: a registrar
// and a forking proxy, and a demo that lets two phones talk through them on
// this machine, without root, network or sound card.
package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/imsphone/imsphone/cmd/internal/lab"
)

type cli struct {
	Demo demoCmd `cmd:"" help:"Two phones register, call and hear each other; then the ladder and a verdict."`
	Run  runCmd  `cmd:"" help:"Serve a registrar and proxy until interrupted."`
}

func main() {
	var c cli
	ctx := kong.Parse(&c, kong.Name("imslab"), kong.Description("The network in a box."), kong.UsageOnError())
	ctx.BindTo(os.Stdout, (*io.Writer)(nil))
	if err := ctx.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "imslab: %v\n", err)
		os.Exit(1)
	}
}

type runCmd struct {
	Listen string   `help:"Address and port for UDP and TCP." default:"127.0.0.1:5060"`
	Domain string   `help:"Home domain." default:"lab.test"`
	Users  []string `help:"Users as name:password." default:"alice:secret,bob:secret"`
}

func (cmd runCmd) Run(out io.Writer) error {
	addr, err := netip.ParseAddrPort(cmd.Listen)
	if err != nil {
		return fmt.Errorf("--listen %q: write address:port", cmd.Listen)
	}
	users := map[string]string{}
	for _, u := range cmd.Users {
		name, password, ok := strings.Cut(u, ":")
		if !ok {
			return fmt.Errorf("--users %q: write name:password", u)
		}
		users[name] = password
	}
	server, err := lab.Listen(addr, cmd.Domain, users)
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Fprintf(out, "%s is served at %s by UDP and TCP\n", cmd.Domain, server.Addr())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	return nil
}

type demoCmd struct {
	Talk time.Duration `help:"How long the phones talk." default:"5s"`
	SVG  string        `name:"svg" help:"Write the ladder as SVG to this file." placeholder:"FILE" type:"path"`
	Log  string        `help:"Log level of the phones." default:"error"`
}
