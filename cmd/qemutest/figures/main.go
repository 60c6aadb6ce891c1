//go:build linux

// Command figures measures the phone on the handheld's own processor, emulated:
// beside baresip in the same guest, with a real sound card, by turns; and how long
// a board's image takes from power to a registered phone. It needs root and what
// `make test-qemu` needs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/qemu"
	"github.com/imsphone/imsphone/cmd/qemutest"
	"github.com/imsphone/imsphone/cmd/qemutest/report"
)

func main() {
	prepare := func() error { return qemu.Prepare(context.Background(), guestPackages...) }
	if status, err := qemutest.Inside(prepare); err != nil || status >= 0 {
		if err != nil {
			fmt.Fprintln(os.Stderr, "figures:", err)
			status = 1
		}
		os.Exit(status)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// guestPackages are those of the guest with the two phones.
var guestPackages = []string{"baresip-core"}

// options say what to measure and how long.
type options struct {
	imsphone, measure string
	rounds            int
	length            time.Duration
}

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.imsphone, "imsphone", "bin/cross/imsphone-armv7", "the phone's program for the guest")
	flag.StringVar(&o.measure, "measure", "bin/cross/measure", "cmd/qemutest/measure for the guest")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of every measurement")
	flag.DurationVar(&o.length, "length", 20*time.Second, "length of the measured call and of the time at rest")
	flag.Parse()
	dir, err := os.MkdirTemp("", "imsphone-figures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := boot(ctx, dir); err != nil {
		return err
	}
	rounds, err := inGuest(ctx, dir, o)
	if err != nil {
		return err
	}
	return print(os.Stdout, rounds)
}

// boot tells the size of an image and how long it takes to be registered.
func boot(ctx context.Context, dir string) error {
	site, err := qemutest.OpenSite(dir)
	if err != nil {
		return err
	}
	defer site.Close()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	board, err := site.Build(site.Pair(), qemutest.Setup{Model: qemutest.Virt, Settings: "[audio]\ndevice = \"null\"\n"})
	if err != nil {
		return err
	}
	if err := board.PowerOn(ctx); err != nil {
		return err
	}
	defer board.PowerCut()
	size, err := board.ImageSize()
	if err != nil {
		return err
	}
	took, err := board.BootTime(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("image of virt           %5.1f MiB\nkernel to registered    %5.1f s of the guest's time\n", float64(size)/(1<<20), took.Seconds())
	return nil
}

// inGuest runs the measurements in a guest.
func inGuest(ctx context.Context, dir string, o options) ([]report.Measurement, error) {
	stop, err := qemutest.StartEcho(dir)
	if err != nil {
		return nil, err
	}
	defer stop()
	devices, args, network, addr, err := qemutest.GuestNetwork()
	if err != nil {
		return nil, err
	}
	for _, path := range []*string{&o.imsphone, &o.measure} {
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	status, err := qemu.Run(ctx, qemu.Job{
		Args: []string{"sh", "-c", fmt.Sprintf("%s && %s -imsphone %s -echo %s -local %s -idle %v -call %v -rounds %d", network, o.measure,
			o.imsphone, qemutest.EchoURI, addr, o.length, o.length, o.rounds)},
		Modules: []string{"snd-aloop"}, Packages: guestPackages, Memory: 1024, // what baresip depends on fills a quarter of it
		See:     []string{filepath.Dir(o.imsphone), filepath.Dir(o.measure)},
		Devices: devices, Extra: args, Stdout: &out, Stderr: os.Stderr,
	})
	if err == nil && status != 0 {
		err = fmt.Errorf("the measurement ended with status %d", status)
	}
	if err != nil {
		return nil, err
	}
	var all []report.Measurement
	for dec := json.NewDecoder(&out); ; {
		var m report.Measurement
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
}

// print prints the medians and their ratios.
func print(w io.Writer, all []report.Measurement) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t imsphone\t baresip\t ratio\t")
	for _, f := range []struct {
		name, format string
		scale        float64
		of           func(report.Measurement) float64
	}{
		{"memory at rest, MB", "%.1f", 1e-6, func(m report.Measurement) float64 { return float64(m.IdleRSS) }},
		{"memory in a call, MB", "%.1f", 1e-6, func(m report.Measurement) float64 { return float64(m.CallRSS) }},
		{"wake-ups a second at rest", "%.1f", 1, func(m report.Measurement) float64 { return m.Wakeups }},
		{"wake-ups a second in a call", "%.0f", 1, func(m report.Measurement) float64 { return m.CallWakeups }},
		{"CPU of a call, %", "%.1f", 100, func(m report.Measurement) float64 { return m.CPU }},
		{"mouth to ear and back, ms", "%.0f", 1, func(m report.Measurement) float64 { return m.MouthToEarMS }},
		{"echoes that came back, %", "%.0f", 100, func(m report.Measurement) float64 { return float64(m.Echoes) / float64(m.Sent) }},
	} {
		ours, theirs := f.scale*median(all, "imsphone", f.of), f.scale*median(all, "baresip", f.of)
		fmt.Fprintf(t, "%s\t "+f.format+"\t "+f.format+"\t %s\t\n", f.name, ours, theirs, ratio(ours, theirs))
	}
	return t.Flush()
}

func ratio(ours, theirs float64) string {
	if theirs == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", ours/theirs)
}

func median(all []report.Measurement, name string, of func(report.Measurement) float64) float64 {
	var values []float64
	for _, m := range all {
		if strings.EqualFold(m.Name, name) {
			values = append(values, of(m))
		}
	}
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}
