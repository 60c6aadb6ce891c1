// Command imslab is the network in a box, for demos and tests: an IMS core with
// P-CSCF, S-CSCF and HSS, or a plain registrar and proxy; and a demo that lets
// two phones talk through it on this machine, without root, network or sound
// card.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/imsphone/imsphone/cmd/internal/lab"
)

type cli struct {
	Demo demoCmd `cmd:"" help:"Two phones register, call and hear each other; then the ladder and a verdict."`
	Run  runCmd  `cmd:"" help:"Serve an IMS core, or a plain registrar and proxy, until interrupted."`
}

func main() {
	var c cli
	ctx := kong.Parse(&c, kong.Name("imslab"), kong.Description("The network in a box."), kong.UsageOnError(),
		kong.Vars{"misbehaviours": misbehaviours()})
	ctx.BindTo(os.Stdout, (*io.Writer)(nil))
	ctx.BindTo(os.Stdin, (*io.Reader)(nil))
	if err := ctx.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "imslab: %v\n", err)
		os.Exit(1)
	}
}

// misbehaviours lists what the core can do wrong.
func misbehaviours() string {
	var list []string
	for _, m := range lab.Misbehaviours() {
		list = append(list, fmt.Sprintf("%s (%s)", m, m.What()))
	}
	return strings.Join(list, ", ")
}
