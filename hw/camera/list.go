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
	var list []Info
	err := each(func(dev *v4l2.Device, c v4l2.Capability) (bool, error) {
		offers, err := offersOf(dev, typeOf(c.Caps))
		list = append(list, Info{Path: dev.Path(), Name: c.Card, Bus: c.Bus, Modes: largest(offers)})
		return false, err
	})
	return list, err
}

// each visits the cameras until visit has found what it looks for. The error
// says which couldn't be visited, and why.
func each(visit func(*v4l2.Device, v4l2.Capability) (found bool, err error)) error {
	nodes, err := filepath.Glob("/dev/video[0-9]*")
	slices.SortFunc(nodes, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	errs := []error{err}
	for _, node := range nodes {
		found, err := look(node, visit)
		if found {
			return nil
		}
		errs = append(errs, failure(node, err))
	}
	return errors.Join(errs...)
}

// look visits a node if it is a camera.
func look(node string, visit func(*v4l2.Device, v4l2.Capability) (bool, error)) (bool, error) {
	dev, err := v4l2.Open(node)
	if errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENOENT) {
		return false, nil // it just went away
	}
	if err != nil {
		return false, err
	}
	defer dev.Close()
	c, err := dev.Capability()
	if err != nil || typeOf(c.Caps) == 0 {
		return false, err
	}
	return visit(dev, c)
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
	path, seen := "", 0
	err := each(func(dev *v4l2.Device, c v4l2.Capability) (bool, error) {
		seen++
		if name == "" || strings.EqualFold(c.Card, name) || strings.EqualFold(c.Bus, name) {
			path = dev.Path()
		}
		return path != "", nil
	})
	if path == "" && err == nil {
		err = &DeviceError{Device: name, Kind: ErrNotFound, Cause: fmt.Errorf("none of %d cameras", seen)}
	}
	return path, err
}
