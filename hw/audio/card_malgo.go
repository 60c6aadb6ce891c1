//go:build cgo && linux

package audio

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"github.com/gen2brain/malgo"
)

// malgoDriver runs one direction of an ALSA device through malgo.
type malgoDriver struct {
	line    *line
	context *malgo.AllocatedContext
	device  *malgo.Device
}

// errNoALSA says that what malgo loads at run time isn't there.
var errNoALSA = errors.New("the sound library libasound.so.2 is missing: install it (Debian: apt install libasound2)")

// openALSA opens a device by ALSA's library, or where that isn't installed by
// the kernel alone.
func openALSA(l *line) (driver, error) {
	quietALSA()
	d, err := openMalgo(l, malgo.BackendAlsa, alsaID(l.device))
	if errors.Is(err, errNoALSA) {
		return openKernel(l)
	}
	return d, err
}

// alsaID makes the identifier of a device of its ALSA name.
func alsaID(name string) *malgo.DeviceID {
	id := new(malgo.DeviceID)
	copy(id[:], name)
	return id
}

// openMalgo opens the device id of a backend; nil is its default device.
func openMalgo(l *line, backend malgo.Backend, id *malgo.DeviceID) (driver, error) {
	context, err := malgo.InitContext([]malgo.Backend{backend}, malgo.ContextConfig{}, nil)
	if err != nil {
		return nil, l.fail(ErrNoBackend, errNoALSA)
	}
	d := &malgoDriver{line: l, context: context}
	d.device, err = d.open(id)
	if err != nil {
		d.release()
		return nil, l.explain(err)
	}
	return d, nil
}

// open makes the device of d.line's direction.
func (d *malgoDriver) open(id *malgo.DeviceID) (*malgo.Device, error) {
	frame := d.line.frame
	kind := malgo.Capture
	if d.line.direction == Playback {
		kind = malgo.Playback
	}
	cfg := malgo.DefaultDeviceConfig(kind)
	cfg.SampleRate = uint32(d.line.rate)
	cfg.PeriodSizeInFrames = uint32(frame)
	cfg.Periods = uint32(d.line.periods)
	half := &cfg.Capture
	if kind == malgo.Playback {
		half = &cfg.Playback
	}
	half.Format, half.Channels = malgo.FormatS16, 1

	var pin runtime.Pinner // the library copies the identifier
	defer pin.Unpin()
	if id != nil {
		pin.Pin(id)
		half.DeviceID = unsafe.Pointer(id)
	}
	return malgo.InitDevice(d.context.Context, cfg, malgo.DeviceCallbacks{Data: d.data, Stop: d.line.stopped})
}

// data is called by the driver's thread for each period.
func (d *malgoDriver) data(out, in []byte, _ uint32) {
	if len(out) > 0 {
		d.line.move(samplesOf(out))
	}
	if len(in) > 0 {
		d.line.move(samplesOf(in))
	}
}

// samplesOf looks at the driver's buffer as samples; the driver allocates it
// for any format, so it is aligned.
func samplesOf(b []byte) []int16 {
	return unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/2)
}

func (d *malgoDriver) start() error {
	if err := d.device.Start(); err != nil {
		return d.line.explain(err)
	}
	return nil
}

func (d *malgoDriver) stop() {
	d.device.Uninit() // which stops it first
	d.release()
}

// release frees the context. What it returns can't be helped.
func (d *malgoDriver) release() {
	d.context.Uninit()
	d.context.Free()
}

// explain turns malgo's error into a *DeviceError.
func (l *line) explain(err error) error {
	var kind error
	switch {
	case errors.Is(err, malgo.ErrBusy), errors.Is(err, malgo.ErrAlreadyInUse):
		kind = ErrBusy
	case errors.Is(err, malgo.ErrDoesNotExist), errors.Is(err, malgo.ErrNoDevice):
		kind = ErrNotFound
	case errors.Is(err, malgo.ErrAccessDenied), errors.Is(err, malgo.ErrInvalidOperation):
		kind = ErrDenied
	}
	return l.fail(kind, err)
}

// cards lists ALSA's devices; one that captures and plays is listed once. Without
// ALSA's library they are the kernel's.
func cards() ([]Device, error) {
	quietALSA()
	context, err := malgo.InitContext([]malgo.Backend{malgo.BackendAlsa}, malgo.ContextConfig{}, nil)
	if err != nil {
		return kernelCards()
	}
	defer func() {
		context.Uninit()
		context.Free()
	}()
	var list []Device
	for _, kind := range []malgo.DeviceType{malgo.Capture, malgo.Playback} {
		infos, err := context.Devices(kind)
		if err != nil {
			return list, &DeviceError{Device: "default", Kind: ErrNotFound, Cause: err}
		}
		for _, info := range infos {
			list = addCard(list, info, kind)
		}
	}
	return list, nil
}

func addCard(list []Device, info malgo.DeviceInfo, kind malgo.DeviceType) []Device {
	name, _, _ := strings.Cut(string(info.ID[:]), "\x00")
	if strings.HasPrefix(name, ":") {
		name = "hw" + name // the library's own notation for any plugin of a card
	}
	if name == "null" { // Open has its own, which keeps the pace
		return list
	}
	i := slices.IndexFunc(list, func(d Device) bool { return d.Name == name })
	if i < 0 {
		i = len(list)
		list = append(list, Device{Name: name, Description: info.Name(), Default: name == "default"})
	}
	if kind == malgo.Capture {
		list[i].Capture = true
	} else {
		list[i].Playback = true
	}
	return list
}
