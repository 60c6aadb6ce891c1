package guest

import (
	"io"
	"os"
	"sync"
)

// Drain is a pipe whose end is copied to a writer.
type Drain struct {
	// W is for the guest to write to.
	W    *os.File
	r    *os.File
	done sync.WaitGroup
}

// NewDrain makes a pipe to a writer; nil drops what comes.
func NewDrain(to io.Writer) (*Drain, error) {
	if to == nil {
		to = io.Discard
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	d := &Drain{W: w, r: r}
	d.done.Go(func() { io.Copy(to, r) })
	return d, nil
}

// Close waits until all is copied; the guest has to be gone.
func (d *Drain) Close() {
	d.W.Close()
	d.done.Wait()
	d.r.Close()
}
