// Command imsphone is the phone: `imsphone run` in the foreground, and thin
// clients of its control socket.
//
// Exit codes: 0 done; 1 it was tried and failed, as the message says; 2 wrong
// usage or configuration; 3 no phone answers at the socket; 4 it took longer
// than --timeout.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/control"
	"github.com/imsphone/imsphone/cmd/internal/phone"
)

// The exit codes of the package comment.
const (
	exitFailed     = 1
	exitUsage      = 2
	exitNotRunning = 3
	exitTimeout    = 4
)

// errTimeout ends a command with exit code 4.
var errTimeout = errors.New("timed out")

type cli struct {
	Config  string           `help:"Configuration file." placeholder:"FILE" type:"path"`
	Socket  string           `help:"Control socket of the phone; default is the configuration's." placeholder:"PATH" type:"path"`
	JSON    bool             `name:"json" help:"Print JSON: one object a line, with stable keys."`
	Version kong.VersionFlag `help:"Print the version."`

	Run      runCmd      `cmd:"" help:"Run the phone in the foreground."`
	Status   statusCmd   `cmd:"" help:"Show lines and calls."`
	Explain  explainCmd  `cmd:"" help:"Say why a line is not registered, and what to do."`
	Call     callCmd     `cmd:"" help:"Call someone."`
	Answer   answerCmd   `cmd:"" help:"Answer the ringing call."`
	Hangup   hangupCmd   `cmd:"" help:"End a call, or refuse a ringing one."`
	Hold     holdCmd     `cmd:"" help:"Put a call on hold."`
	Resume   resumeCmd   `cmd:"" help:"Take a held call back."`
	Mute     muteCmd     `cmd:"" help:"Send silence instead of the microphone."`
	Unmute   unmuteCmd   `cmd:"" help:"Send the microphone again."`
	Video    videoCmd    `cmd:"" help:"Begin, change or end video in a call."`
	DTMF     dtmfCmd     `cmd:"" name:"dtmf" help:"Send digits in a call."`
	Volume   volumeCmd   `cmd:"" help:"Show or set how loud calls are."`
	Register registerCmd `cmd:"" help:"Register now, or anew, instead of waiting for the time."`
	TUI      tuiCmd      `cmd:"" name:"tui" help:"Show the phone on this terminal."`
	Events   eventsCmd   `cmd:"" help:"Print events as they happen."`
	Trace    traceCmd    `cmd:"" help:"Draw the call ladder of the last messages."`
	Check    checkCmd    `cmd:"" help:"Check the configuration."`
	Lint     lintCmd     `cmd:"" help:"Show how this phone reads raw SIP messages."`
	Devices  devicesCmd  `cmd:"" help:"List the sound devices, cameras, keys and touch screens, and what is known of the board."`

	Screenshot screenshotCmd `cmd:"" help:"Write what the phone's screen shows to a file."`
}

// console is what commands print to.
type console struct {
	out  io.Writer
	json bool
}

// show prints v as JSON, or text through print.
func (c console) show(v any, print func(w io.Writer)) error {
	if !c.json {
		print(c.out)
		return nil
	}
	return printJSON(c.out, v)
}

// printJSON prints v as one line. Addresses stay readable: the output is for
// programs and terminals, not for web pages, so < needs no escape.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process, for tests.
func run(args []string, stdout, stderr io.Writer) int {
	stdout, stderr = printable{stdout}, printable{stderr}
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("imsphone"), kong.Description("An open IMS phone."), kong.UsageOnError(),
		kong.Vars{"version": "imsphone " + phone.Version}, kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }))
	if err != nil {
		panic(err) // the grammar above is wrong
	}
	ctx, err := parser.Parse(args)
	if exited >= 0 { // --help and --version have printed
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "imsphone: %v\n", err)
		return exitUsage
	}
	err = ctx.Run(&c, console{stdout, c.JSON})
	if err == nil {
		return 0
	}
	c.complain(err, stdout, stderr)
	return exitCode(err)
}

func (c *cli) complain(err error, stdout, stderr io.Writer) {
	var said errSaid
	if errors.As(err, &said) {
		return
	}
	if c.JSON {
		_ = printJSON(stdout, map[string]any{"ok": false, "error": err.Error()})
		return
	}
	fmt.Fprintf(stderr, "imsphone: %v\n", err)
}

func exitCode(err error) int {
	var problems config.Problems
	switch {
	case errors.As(err, &problems):
		return exitUsage
	case errors.Is(err, control.ErrNotRunning):
		return exitNotRunning
	case errors.Is(err, errTimeout), errors.Is(err, os.ErrDeadlineExceeded):
		return exitTimeout
	}
	return exitFailed
}

// client connects to the phone that --socket or the configuration names.
func (c *cli) client() (*control.Client, error) {
	if c.Socket != "" {
		return control.Dial(c.Socket)
	}
	return control.DialAny(config.Sockets(config.Path(c.Config)))
}

// do sends one command.
func (c *cli) do(command string, params, out any) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Do(command, params, out)
}
