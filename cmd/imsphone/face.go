package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/control"
	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// facedPhone is a phone as its screen wants it: commands go the way of the control
// socket's.
type facedPhone struct {
	*phone.Phone
	handler control.Handler
}

// Do performs a command.
func (f facedPhone) Do(ctx context.Context, c screen.Command) (screen.Answer, error) {
	var answer screen.Answer
	params, err := json.Marshal(c)
	if err != nil {
		return answer, err
	}
	data, err := f.handler.Do(ctx, c.Name, params)
	if err != nil {
		return answer, err
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(raw, &answer)
}

// openFace opens the phone's screen where the configuration or the board says;
// nil is nowhere. A screen that can't be had is no reason for the phone not to
// run.
func openFace(cfg config.Config, notice string, log zerolog.Logger) *phone.Face {
	f, err := phone.OpenFace(cfg.Screen, cfg.Board.Profile, notice, log)
	if err != nil {
		log.Error().Err(err).Msg("the phone runs without its screen")
		return nil
	}
	return f
}

// notice is the text of a file; most often there is none.
func notice(file string) string {
	text, _ := os.ReadFile(file)
	return strings.Join(strings.Fields(string(text)), " ")
}

// shotTime bounds a screenshot.
const shotTime = 5 * time.Second

// screenshot answers the command of that name with a PNG.
func (h handler) screenshot(ctx context.Context) (any, error) {
	if h.face == nil {
		return nil, errors.New("this phone shows no screen: write device = \"auto\" or \"memory\" under [screen]")
	}
	ctx, cancel := context.WithTimeout(ctx, shotTime)
	defer cancel()
	m, err := h.face.Shot(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, m)
	return screenshot{b.Bytes()}, err
}

// screenshot is what the command answers: the bytes of a PNG, in base64.
type screenshot struct {
	PNG []byte `json:"png"`
}

type screenshotCmd struct {
	File string `arg:"" help:"File to write, as PNG." type:"path"`
}

func (cmd screenshotCmd) Run(c *cli, out console) error {
	var shot screenshot
	if err := c.do("screenshot", nil, &shot); err != nil {
		return err
	}
	if err := renameio.WriteFile(cmd.File, shot.PNG, 0o644); err != nil {
		return fmt.Errorf("the screenshot can't be written: %w", err)
	}
	return out.show(map[string]any{"ok": true, "file": cmd.File}, func(w io.Writer) { fmt.Fprintln(w, cmd.File) })
}

// remotePhone is a phone behind its control socket.
type remotePhone struct{ c *cli }

// Do sends a command on a connection of its own, so that a slow one keeps
// nobody waiting.
func (p remotePhone) Do(_ context.Context, c screen.Command) (screen.Answer, error) {
	var answer screen.Answer
	return answer, p.c.do(c.Name, c, &answer)
}

func (p remotePhone) Status(context.Context) (actors.Status, error) {
	var s actors.Status
	return s, p.c.do("status", nil, &s)
}
