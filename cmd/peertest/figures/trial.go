//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// A trial obtains several figures at once, for two sides.
type trial struct {
	key, title string
	esp        bool // takes a kernel with ESP, and root in its network
	sides      [2]side
	figures    []figure
}

// A side is one of what is compared; its run gives the values of the trial's
// figures, or errQuick.
type side struct {
	name  string
	trips int // round trips of one registration; 0 is not known
	run   func(ctx context.Context, o options, lab *peertest.Lab, trips int) ([]float64, error)
}

func trials() []trial {
	return []trial{firstRegistration(), renewedRegistration(), registrationWithESP("kernel"), registrationWithESP("userspace")}
}

// keys are the names of all that can be measured.
func keys() []string {
	var all []string
	for _, m := range measures() {
		all = append(all, m.key)
	}
	for _, t := range trials() {
		all = append(all, t.key)
	}
	return all
}

func printTrials(ctx context.Context, o options, only, dir string) error {
	for _, t := range trials() {
		if only != "" && only != t.key || t.esp != o.esp {
			continue
		}
		table, err := t.compare(ctx, o, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", t.title, err)
		}
		fmt.Printf("\n%s\n", t.title)
		if err := table.print(os.Stdout); err != nil {
			return err
		}
	}
	return nil
}

// compare makes both sides' runs in turns. Progress goes to standard error.
func (t trial) compare(ctx context.Context, o options, dir string) (*table, error) {
	var found [2][][]float64 // by side and round
	for round := range o.rounds {
		for i, s := range t.sides {
			v, err := s.runOnce(ctx, o, dir)
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", s.name, round+1, err)
			}
			fmt.Fprintf(os.Stderr, "%s, %s: %.2f\n", t.key, s.name, v)
			found[i] = append(found[i], v)
		}
	}
	table := newTable(t.sides[0].name, t.sides[1].name)
	for i, f := range t.figures {
		table.add(f, median(column(found[0], i)), median(column(found[1], i)))
	}
	return table, nil
}

// runOnce runs a side in a lab of its own, and anew in another one for as long as
// it was too quick.
func (s side) runOnce(ctx context.Context, o options, dir string) (v []float64, err error) {
	err = unlessQuick(func() error {
		return inLab(ctx, 2*time.Minute, dir, "side", func(ctx context.Context, lab *peertest.Lab) error {
			v, err = s.run(ctx, o, lab, s.trips)
			return err
		})
	})
	return v, err
}

// errQuick says that somebody answered a challenge before Kamailio's S-CSCF had
// stored what it expects, which it does after it has sent it, and was challenged
// again. That isn't what is to be measured.
var errQuick = errors.New("an answer was quicker than the S-CSCF")

// quickTries is how often that may happen.
const quickTries = 5

// unlessQuick calls run until it does without errQuick.
func unlessQuick(run func() error) error {
	for try := 1; ; try++ {
		if err := run(); !errors.Is(err, errQuick) || try == quickTries {
			return err
		}
	}
}

// column gives the i-th value of every round.
func column(rounds [][]float64, i int) []float64 {
	var c []float64
	for _, r := range rounds {
		c = append(c, r[i])
	}
	return c
}
