package qemu

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/imsphone/imsphone/cmd/internal/debian"
)

// built is a module that Debian's kernels lack and that guests can have all the
// same, built of Debian's source.
type built struct {
	debian.Module
	needs []string // modules of the kernel's that come first
}

// builtOf gives the module of that name.
func builtOf(name string) (built, bool) {
	switch name {
	case "vicodec":
		return built{
			Module: debian.Module{Name: name, Source: "drivers/media/test-drivers/vicodec", Option: "CONFIG_VIDEO_VICODEC"},
			needs:  []string{"v4l2-mem2mem", "videobuf2-vmalloc"},
		}, true
	}
	return built{}, false
}

// build builds those of the job's modules that have to be, puts their paths in
// the place of their names, and has the guest see them.
func (job *Job) build(ctx context.Context, kernel debian.Kernel) error {
	var modules []string
	for _, line := range job.Modules {
		name, options, _ := strings.Cut(line, " ")
		if m, ok := builtOf(name); ok {
			path, err := buildModule(ctx, kernel, m.Module)
			if err != nil {
				return fmt.Errorf("build the kernel module %s: %w", name, err)
			}
			job.See = append(job.See, filepath.Dir(path))
			modules = append(modules, m.needs...)
			line = strings.TrimSpace(path + " " + options)
		}
		modules = append(modules, line)
	}
	job.Modules = modules
	return nil
}

func buildModule(ctx context.Context, kernel debian.Kernel, m debian.Module) (string, error) {
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	apt, err := debian.Open(ctx, cache, "armhf")
	if err != nil {
		return "", err
	}
	return apt.Build(ctx, kernel, m)
}

// loading is the command that loads a module: by its name, or its file's path.
func loading(module string) string {
	if strings.HasPrefix(module, "/") {
		return "insmod " + module
	}
	return "modprobe " + module
}
