package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/actors"
)

type volumeCmd struct {
	Change string `arg:"" optional:"" passthrough:"all" help:"0 to 100, +5, -5, mute or unmute; without it the volume is only shown."`
}

func (cmd volumeCmd) Run(c *cli, out console) error {
	if _, err := parseVolume(cmd.Change); err != nil {
		return err
	}
	var v actors.Volume
	if err := c.do("volume", callParams{Volume: cmd.Change}, &v); err != nil {
		return err
	}
	return out.show(v, func(w io.Writer) { fmt.Fprintln(w, volumeText(v)) })
}

// volumeText shows a volume.
func volumeText(v actors.Volume) string {
	text := fmt.Sprintf("%d %%", v.Percent)
	if v.Muted {
		text += ", muted"
	}
	if v.Control == "software" {
		text += " (by this phone: the sound device has no volume of its own)"
	}
	return text
}

// setVolume does what a user asked for.
type setVolume func(ctx context.Context, p volumes) (actors.Volume, error)

// volumes is the phone as far as its volume goes.
type volumes interface {
	Volume(ctx context.Context, percent int) (actors.Volume, error)
	VolumeBy(ctx context.Context, percent int) (actors.Volume, error)
	MuteSpeaker(ctx context.Context, muted bool) (actors.Volume, error)
}

// parseVolume reads "", "50", "+5", "-5", "mute" or "unmute".
func parseVolume(s string) (setVolume, error) {
	switch s {
	case "mute", "unmute":
		return func(ctx context.Context, p volumes) (actors.Volume, error) { return p.MuteSpeaker(ctx, s == "mute") }, nil
	case "":
		return func(ctx context.Context, p volumes) (actors.Volume, error) { return p.VolumeBy(ctx, 0) }, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
	relative := s[0] == '+' || s[0] == '-'
	if err != nil || n < -100 || n > 100 {
		return nil, fmt.Errorf("volume %q: write 0 to 100, +5, -5, mute or unmute", s)
	}
	return func(ctx context.Context, p volumes) (actors.Volume, error) {
		if relative {
			return p.VolumeBy(ctx, n)
		}
		return p.Volume(ctx, n)
	}, nil
}

func (h handler) volume(ctx context.Context, p callParams) (any, error) {
	set, err := parseVolume(p.Volume)
	if err != nil {
		return nil, err
	}
	return set(ctx, h.p)
}
