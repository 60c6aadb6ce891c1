//go:build linux

package peertest

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SippRun is one run of a sipp scenario.
type SippRun struct {
	Scenario string        // file in scenarios/
	Target   string        // address and port that the requests go to; "" for a scenario that is called
	Service  string        // user part that is called
	Calls    int           // how many in all
	Pause    time.Duration // of the scenario's <pause/> elements
	Echo     bool          // send received RTP back
	TCP      bool
}

// SippResult is what sipp counted.
type SippResult struct {
	Successful, Failed int
	Retransmissions    int
}

// Sipp is a running sipp.
type Sipp struct {
	*Process
	dir string
}

// StartSipp starts a scenario; calls run one after the other.
func StartSipp(h *Host, r SippRun) (*Sipp, error) {
	dir, err := os.MkdirTemp(h.lab.Dir, h.Name+"-sipp-")
	if err != nil {
		return nil, err
	}
	path, err := unpack(r.Scenario, dir)
	if err != nil {
		return nil, err
	}
	p, err := h.Start(Command{Name: "sipp", Args: append([]string{"sipp"}, r.args(h, path)...), Dir: dir})
	return &Sipp{p, dir}, err
}

func (r SippRun) args(h *Host, scenario string) []string {
	// One call at a time is the limit, so a high rate means that each call
	// starts as soon as the one before has ended.
	a := []string{"-sf", scenario, "-nostdin", "-i", h.IPv4.String(), "-p", "5060",
		"-m", fmt.Sprint(r.Calls), "-r", "1000", "-l", "1", "-d", fmt.Sprint(r.Pause.Milliseconds()),
		"-trace_err", "-trace_msg", "-trace_stat", "-stf", "stat.csv"}
	if r.Echo {
		a = append(a, "-rtp_echo")
	}
	if r.TCP {
		a = append(a, "-t", "t1")
	}
	if r.Service != "" {
		a = append(a, "-s", r.Service)
	}
	if r.Target != "" {
		a = append(a, r.Target)
	}
	return a
}

// Result waits for the end of the run and reads its counts. An exit code that
// says that calls failed is not an error: the counts say so too.
func (s *Sipp) Result(ctx context.Context) (SippResult, error) {
	code, err := s.Wait(ctx)
	if err != nil {
		return SippResult{}, err
	}
	if code != 0 && code != 1 {
		return SippResult{}, fmt.Errorf("sipp ended with code %d:\n%s\n%s", code, s.Output.tail(40), s.errors())
	}
	return readStatistics(filepath.Join(s.dir, "stat.csv"))
}

// errors returns the messages that sipp wrote about unexpected events.
func (s *Sipp) errors() string {
	paths, err := filepath.Glob(s.dir + "/*_errors.log")
	if err != nil || len(paths) == 0 {
		return ""
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// readStatistics reads the cumulated counts from the last line of a statistics
// file.
func readStatistics(path string) (SippResult, error) {
	rows, err := readCSV(path)
	if err != nil {
		return SippResult{}, err
	}
	if len(rows) < 2 {
		return SippResult{}, fmt.Errorf("%s holds no counts", path)
	}
	count := func(name string) int {
		column := slices.Index(rows[0], name)
		if column < 0 || err != nil {
			err = fmt.Errorf("%s: no column %s: %v", path, name, err)
			return 0
		}
		var n int
		n, err = strconv.Atoi(rows[len(rows)-1][column])
		return n
	}
	r := SippResult{
		Successful:      count("SuccessfulCall(C)"),
		Failed:          count("FailedCall(C)"),
		Retransmissions: count("Retransmissions(C)"),
	}
	return r, err
}

func readCSV(path string) ([][]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(string(text)))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = ';', -1, true
	rows, err := r.ReadAll()
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("%s is empty", path)
	}
	return rows, err
}
