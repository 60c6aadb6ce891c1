//go:build linux

// Command figures measures imsphone side by side with baresip, each alone in a
// network namespace of its own, and prints the ratios. It needs root and the
// programs that the peer tests need; see package peertest.
//
// Every measurement is made in several rounds, the two phones taking turns, so
// that a change of the machine's mood meets both. The median of the rounds is
// what counts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of every measurement")
	flag.IntVar(&o.calls, "calls", 100, "calls in a row for the time to answer")
	flag.DurationVar(&o.length, "length", 20*time.Second, "length of the measured call and of the idle time")
	flag.StringVar(&o.binary, "imsphone", "", "program to measure; default: built from this tree")
	only := flag.String("only", "", "measure this one alone: answer, cpu, rss, start or wakeups")
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
	rounds, calls int
	length        time.Duration
	binary        string
}

func run(ctx context.Context, o options, only string) error {
	if err := peertest.Need(peertest.Programs()...); err != nil {
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
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\timsphone\tbaresip\tratio\tgoal\t\t")
	for _, m := range measures() {
		if only != "" && only != m.key {
			continue
		}
		phone, baresip, err := compare(ctx, o, m, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Fprintln(table, m.row(phone, baresip))
	}
	return table.Flush()
}

// row prints the two medians, what they are to each other, and whether that is
// good enough.
func (m measure) row(phone, baresip float64) string {
	ratio, goal, verdict := "–", "–", ""
	if baresip > 0 {
		ratio = fmt.Sprintf("%.2f×", phone/baresip)
	}
	if m.goal > 0 {
		goal, verdict = fmt.Sprintf("≤ %.1f×", m.goal), "met"
		if phone > m.goal*baresip {
			verdict = "missed"
		}
	}
	return fmt.Sprintf("%s\t%.2f %s\t%.2f %s\t%s\t%s\t%s\t", m.name, phone, m.unit, baresip, m.unit, ratio, goal, verdict)
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
	dir, err = os.MkdirTemp(dir, s.name+"-")
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*o.length+time.Minute)
	defer cancel()
	lab, err := peertest.NewLab(dir)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, lab.Logs(4000))
		}
		if closing := lab.Close(); err == nil {
			err = closing
		}
	}()
	return m.run(ctx, o, lab, s)
}
