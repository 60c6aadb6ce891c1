// Command mkimage builds a flashable image for a board out of Debian's packages
// and the phone's program. It needs no root. `make image BOARD=pi2` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/image"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "mkimage: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	name := flag.String("board", "", "one of "+strings.Join(boards(), ", ")+", or the path of a profile of your own")
	phone := flag.String("phone", "", "the phone's program for that board")
	out := flag.String("o", "", "the image's file; default imsphone-BOARD.img")
	version := flag.String("version", "dev", "what the image calls itself")
	date := flag.Int64("date", 0, "the date of all files, in seconds since 1970")
	cache := flag.String("cache", "", "directory for Debian's packages; default is imsphone in the user's cache")
	flag.Parse()
	p, err := board.Find(*name)
	if err != nil {
		return err
	}
	o := image.Options{Board: p, Phone: *phone, Out: *out, Cache: *cache, Version: *version, Date: time.Unix(*date, 0), Progress: os.Stdout}
	if o.Out == "" {
		o.Out = "imsphone-" + p.Name + ".img"
	}
	if o.Cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("name a directory with -cache: %w", err)
		}
		o.Cache = filepath.Join(dir, "imsphone")
	}
	return image.Build(ctx, o)
}

// boards lists the boards that there is an image for.
func boards() []string {
	var names []string
	for _, p := range board.All() {
		if p.Image.Architecture != "" {
			names = append(names, p.Name)
		}
	}
	return names
}
