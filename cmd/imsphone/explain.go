package main

import (
	"fmt"
	"io"
	"time"

	"github.com/imsphone/imsphone/actors"
)

type explainCmd struct {
	Account string `arg:"" optional:"" help:"Account to explain; default is all."`
}

// explanation is what explain prints as JSON.
type explanation struct {
	Account string `json:"account"`
	State   string `json:"state"`
	Text    string `json:"text"`
}

func (cmd explainCmd) Run(c *cli, out console) error {
	var s actors.Status
	if err := c.do("status", nil, &s); err != nil {
		return err
	}
	list := []explanation{}
	for _, a := range s.Accounts {
		if cmd.Account == "" || cmd.Account == a.Name {
			list = append(list, explanation{a.Name, a.State, a.Explain(time.Now())})
		}
	}
	if len(list) == 0 {
		return fmt.Errorf("there is no account %q", cmd.Account)
	}
	return out.show(list, func(w io.Writer) {
		for _, e := range list {
			fmt.Fprintln(w, e.Text)
		}
	})
}

// printSecurity shows what protects a line of an IMS core.
func printSecurity(w io.Writer, a actors.AccountStatus) {
	if a.Security == "none" {
		fmt.Fprintf(w, "             WARNING: ipsec = off, the signalling goes in the clear\n")
	}
	for _, set := range a.Associations {
		fmt.Fprintf(w, "             IPsec %s %s %s until %s\n", set.State, set.Algorithms, set.Mode, set.Expires.Local().Format(time.DateTime))
		for _, sa := range set.SAs {
			fmt.Fprintf(w, "               SPI %-10d %s → %s", sa.SPI, sa.From, sa.To)
			if n := sa.Counters; n != nil {
				fmt.Fprintf(w, "  %d packets, %d bytes", n.Packets, n.Bytes)
				if n.Refused > 0 {
					fmt.Fprintf(w, ", %d refused", n.Refused)
				}
			}
			fmt.Fprintln(w)
		}
	}
	for _, n := range a.Notices {
		fmt.Fprintf(w, "             %s %s\n", n.Time.Local().Format(time.TimeOnly), n.Text)
	}
}
