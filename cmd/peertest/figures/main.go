//go:build linux

// Command figures measures imsphone side by side with baresip, each alone in a
// network namespace of its own, and prints the ratios. Then it does so at an IMS
// core: the first registration beside sipp's, and one that is renewed with the
// known nonce beside one that is challenged again. It needs root and the programs
// that the peer tests need; see package peertest.
//
// Every measurement is made in several rounds, the two sides taking turns, so
// that a change of the machine's mood meets both. The median of the rounds is
// what counts.
//
// What an IMS core takes for itself is told apart: a capture at the P-CSCF shows
// when each REGISTER came in and when its answer left. The rest of the time is
// the phone's own. On a kernel without ESP the associations are without it, for
// both sides; what ESP costs is for the benchmarks of protocol/esp and
// hw/ipsec/userspace to say.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of every measurement")
	flag.IntVar(&o.calls, "calls", 100, "calls in a row for the time to answer")
	flag.DurationVar(&o.length, "length", 20*time.Second, "length of the measured call and of the idle time")
	flag.StringVar(&o.binary, "imsphone", "", "program to measure; default: built from this tree")
	flag.IntVar(&o.renewals, "renewals", 10, "registrations to renew for the cost of one")
	flag.BoolVar(&o.esp, "esp", false, "measure what takes a kernel with ESP, and nothing else")
	only := flag.String("only", "", "measure this one alone: "+strings.Join(keys(), ", "))
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, *only); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// options say how long and how often to measure.
type options struct {
	rounds, calls, renewals int
	length                  time.Duration
	binary                  string
	esp                     bool
}

func run(ctx context.Context, o options, only string) error {
	if !slices.Contains(keys(), only) && only != "" {
		return fmt.Errorf("no measurement is called %q: take one of %s", only, strings.Join(keys(), ", "))
	}
	if err := peertest.Need(slices.Concat(peertest.Programs(), peertest.IMSPrograms())...); err != nil {
		return err
	}
	if err := peertest.Sweep(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.binary == "" {
		if o.binary, err = peertest.BuildPhone(ctx, dir); err != nil {
			return err
		}
	}
	if o.esp {
		return printTrials(ctx, o, only, dir)
	}
	return errors.Join(printMeasures(ctx, o, only, dir), printTrials(ctx, o, only, dir))
}

// printMeasures prints the phone beside baresip.
func printMeasures(ctx context.Context, o options, only, dir string) error {
	t := newTable("imsphone", "baresip")
	for _, m := range measures() {
		if only != "" && only != m.key {
			continue
		}
		phone, baresip, err := compare(ctx, o, m, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		t.add(m.figure, phone, baresip)
	}
	return t.print(os.Stdout)
}

// compare measures both phones in turns and returns the medians. Progress goes
// to standard error.
func compare(ctx context.Context, o options, m measure, dir string) (phone, baresip float64, err error) {
	subjects := []subject{imsphone(o.binary), baresipSubject()}
	found := make([][]float64, len(subjects))
	for round := range o.rounds {
		for i, s := range subjects {
			v, err := measureOnce(ctx, o, m, s, dir)
			if err != nil {
				return 0, 0, fmt.Errorf("%s, round %d: %w", s.name, round+1, err)
			}
			found[i] = append(found[i], v)
		}
	}
	for i, s := range subjects {
		fmt.Fprintf(os.Stderr, "%s, %s: %.2f %s\n", m.name, s.name, found[i], m.unit)
	}
	return median(found[0]), median(found[1]), nil
}

// measureOnce runs one measurement in a lab of its own.
func measureOnce(ctx context.Context, o options, m measure, s subject, dir string) (v float64, err error) {
	err = inLab(ctx, 2*o.length+time.Minute, dir, s.name, func(ctx context.Context, lab *peertest.Lab) error {
		v, err = m.run(ctx, o, lab, s)
		return err
	})
	return v, err
}

// inLab runs f in a lab of its own, whose logs go with an error.
func inLab(ctx context.Context, limit time.Duration, dir, name string, f func(context.Context, *peertest.Lab) error) error {
	dir, err := os.MkdirTemp(dir, name+"-")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	lab, err := peertest.NewLab(dir)
	if err != nil {
		return err
	}
	if err = f(ctx, lab); err != nil {
		err = fmt.Errorf("%w\n%s", err, lab.Logs(4000))
	}
	return errors.Join(err, lab.Close())
}
