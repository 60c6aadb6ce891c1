package camera

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// Info is a camera that Config.Device can name.
type Info struct {
	Path  string // its node
	Name  string // for people, and for Config.Device
	Bus   string // where it is plugged in
	Modes []Mode // the largest of each format that can be used
}

// Cameras lists the cameras of this machine. The error, if any, says why some
// are missing.
func Cameras() ([]Info, error) {
	nodes, err := filepath.Glob("/dev/video[0-9]*")
	slices.SortFunc(nodes, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	var list []Info
	errs := []error{err}
	for _, node := range nodes {
		info, ok, err := look(node)
		errs = append(errs, failure(node, err))
		if ok {
			list = append(list, info)
		}
	}
	return list, errors.Join(errs...)
}

// look asks a node what it is; ok is false for what is no camera.
func look(node string) (info Info, ok bool, err error) {
	dev, err := v4l2.Open(node)
	if errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENOENT) {
		return Info{}, false, nil // it just went away
	}
	if err != nil {
		return Info{}, false, err
	}
	defer dev.Close()
	c, err := dev.Capability()
	if err != nil || typeOf(c.Caps) == 0 {
		return Info{}, false, err
	}
	offers, err := offersOf(dev, typeOf(c.Caps))
	return Info{Path: node, Name: c.Card, Bus: c.Bus, Modes: largest(offers)}, err == nil, err
}

// largest gives the largest size of each format that is of use.
func largest(offers []offer) []Mode {
	var list []Mode
	for _, o := range offers {
		if !known(o.format) {
			continue
		}
		m := Mode{Format: o.format, Width: min(o.size.Width.Max, maxSide), Height: min(o.size.Height.Max, maxSide)}
		i := slices.IndexFunc(list, func(l Mode) bool { return l.Format == m.Format })
		switch {
		case i < 0:
			list = append(list, m)
		case m.Width*m.Height > list[i].Width*list[i].Height:
			list[i] = m
		}
	}
	return list
}

// find gives the node of a device's name.
func find(name string) (string, error) {
	if strings.HasPrefix(name, "/") {
		return name, nil
	}
	list, err := Cameras()
	for _, c := range list {
		if name == "" || strings.EqualFold(c.Name, name) || strings.EqualFold(c.Bus, name) {
			return c.Path, nil
		}
	}
	if err != nil {
		return "", err
	}
	return "", &DeviceError{Device: name, Kind: ErrNotFound, Cause: fmt.Errorf("%d cameras have other names", len(list))}
}
