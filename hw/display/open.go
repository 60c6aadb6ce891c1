package display

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Open opens the screen that cfg names.
func Open(cfg Config) (Panel, error) {
	if !slices.Contains([]int{0, 90, 180, 270}, cfg.Rotate) {
		return nil, fmt.Errorf("display: rotate %d: write 0, 90, 180 or 270", cfg.Rotate)
	}
	if cfg.Device == "" || cfg.Device == "auto" {
		return openAny(cfg)
	}
	return openNode(cfg, cfg.Device)
}

// openAny opens the first device that has a screen, which a desktop's is not. A
// board may have several of which some are mere accelerators.
func openAny(cfg Config) (Panel, error) {
	if Desktop() {
		return nil, fmt.Errorf("display: %w", ErrBusy)
	}
	var tried []error
	for _, node := range nodes() {
		if unseen(node, errors.Join(tried...)) {
			break
		}
		p, err := openNode(cfg, node)
		if err == nil {
			return p, nil
		}
		tried = append(tried, err)
	}
	if len(tried) == 0 {
		return nil, fmt.Errorf("display: %w", ErrNoDevice)
	}
	return nil, errors.Join(tried...)
}

// unseen tells whether nobody sees what is drawn on a device, by what came of those
// before it: a card without a screen has a framebuffer, too, and so has one on which
// another program shows something.
func unseen(node string, tried error) bool {
	return isFramebuffer(node) && (errors.Is(tried, ErrNoScreen) || errors.Is(tried, ErrBusy))
}

// nodes lists what may be screens, the better ones first.
func nodes() []string {
	cards, _ := filepath.Glob("/dev/dri/card*") // the pattern is right
	framebuffers, _ := filepath.Glob("/dev/fb[0-9]*")
	return append(cards, framebuffers...)
}

func openNode(cfg Config, node string) (Panel, error) {
	open := openDRM
	if isFramebuffer(node) {
		open = openFramebuffer
	}
	p, err := open(cfg, node)
	if err != nil {
		return nil, fmt.Errorf("display %s: %w", node, explain(err))
	}
	return p, nil
}

func isFramebuffer(node string) bool { return strings.HasPrefix(filepath.Base(node), "fb") }

// explain puts what can be done about it in place of the kernel's word.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("%w (%w)", ErrNoDevice, err)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w (%w)", ErrDenied, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w (%w)", ErrBusy, err)
	case errors.Is(err, unix.ENODEV):
		return fmt.Errorf("%w (%w)", ErrGone, err)
	}
	return err
}
