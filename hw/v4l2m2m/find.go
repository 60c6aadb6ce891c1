package v4l2m2m

import (
	"path/filepath"
	"slices"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// role tells an encoder from a decoder.
type role struct {
	name string
	// coded gives the queue that carries compressed pictures.
	coded func(p pair) v4l2.Type
}

var (
	encoder = role{"encoder", func(p pair) v4l2.Type { return p.capture }}
	decoder = role{"decoder", func(p pair) v4l2.Type { return p.output }}
)

// pair are the two queues of a codec's interface: to it and from it.
type pair struct{ output, capture v4l2.Type }

// pairOf gives the queues of a device; ok is false for what is no codec.
func pairOf(caps v4l2.Caps) (p pair, ok bool) {
	switch {
	case caps&v4l2.CapStreaming == 0:
		return pair{}, false
	case caps&v4l2.CapM2MMP != 0:
		return pair{v4l2.OutputMP, v4l2.CaptureMP}, true
	case caps&v4l2.CapM2M != 0:
		return pair{v4l2.Output, v4l2.Capture}, true
	}
	return pair{}, false
}

// find opens the device at path, or the first that has the role for a codec.
func find(path string, codec v4l2.FourCC, r role) (*v4l2.Device, pair, error) {
	if path != "" {
		return try(path, codec, r)
	}
	nodes, err := filepath.Glob("/dev/video[0-9]*")
	if err != nil {
		return nil, pair{}, err
	}
	for _, node := range nodes {
		if dev, p, err := try(node, codec, r); err == nil {
			return dev, p, nil
		}
	}
	return nil, pair{}, none(codec, r.name)
}

func try(path string, codec v4l2.FourCC, r role) (*v4l2.Device, pair, error) {
	dev, err := v4l2.Open(path)
	if err != nil {
		return nil, pair{}, err
	}
	c, err := dev.Capability()
	p, ok := pairOf(c.Caps)
	if err == nil && ok && has(dev, r.coded(p), codec) {
		return dev, p, nil
	}
	dev.Close()
	return nil, pair{}, none(codec, r.name)
}

func has(dev *v4l2.Device, t v4l2.Type, f v4l2.FourCC) bool {
	list, err := dev.Formats(t)
	return err == nil && slices.ContainsFunc(list, func(d v4l2.FormatDesc) bool { return d.FourCC == f })
}

// raw gives the raw format of a queue that we can fill and look at.
func raw(dev *v4l2.Device, t v4l2.Type) (v4l2.FourCC, bool) {
	for _, f := range []v4l2.FourCC{v4l2.YU12, v4l2.NV12} {
		if has(dev, t, f) {
			return f, true
		}
	}
	return 0, false
}
