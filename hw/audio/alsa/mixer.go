//go:build linux

package alsa

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unsafe"
)

// ErrNoMixer says that a card has no element to set its volume.
var ErrNoMixer = errors.New("the card has no volume of its own")

// Mixer sets the volume and the switch of what a card plays.
type Mixer struct {
	file   *os.File
	volume elemInfo
	mute   *elemInfo // nil where the card has no switch
}

const (
	wordSize    = unsafe.Sizeof(int(0)) // of the kernel's long
	ifaceMixer  = 2
	maxElements = 4096
)

// elemID names an element: struct snd_ctl_elem_id.
type elemID struct {
	number    uint32
	iface     int32
	device    uint32
	subdevice uint32
	name      [44]byte
	index     uint32
}

// String is the element's name, such as "PCM Playback Volume".
func (id elemID) String() string {
	name, _, _ := bytes.Cut(id.name[:], []byte{0})
	return string(name)
}

// elemList asks for the names of all elements: struct snd_ctl_elem_list.
type elemList struct {
	offset, space, used, count uint32
	ids                        unsafe.Pointer
	_                          [50]byte
}

// elemInfo is what an element can do: struct snd_ctl_elem_info with the union's
// part for whole numbers.
type elemInfo struct {
	id             elemID
	kind           int32
	access         uint32
	count          uint32 // channels
	owner          int32
	min, max, step int
	_              [128 - 3*wordSize]byte
	_              [64]byte
}

// elemValue is what an element is set to: struct snd_ctl_elem_value with the
// union's part for whole numbers.
type elemValue struct {
	id       elemID
	indirect uint32
	_        uint32 // the union has 64-bit members
	values   [128]int
	_        [128]byte
}

// The ioctls of elements.
var (
	controlList  = request(read|write, controlGroup, 0x10, unsafe.Sizeof(elemList{}))
	controlInfo  = request(read|write, controlGroup, 0x11, unsafe.Sizeof(elemInfo{}))
	controlRead  = request(read|write, controlGroup, 0x12, unsafe.Sizeof(elemValue{}))
	controlWrite = request(read|write, controlGroup, 0x13, unsafe.Sizeof(elemValue{}))
)

// OpenMixer opens the mixer of a card. It fails with ErrNoMixer where there is
// nothing to set.
func OpenMixer(card int) (*Mixer, error) {
	file, err := openControl(card)
	if err != nil {
		return nil, err
	}
	m := &Mixer{file: file}
	if err := m.find(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return m, nil
}

// find looks for the elements.
func (m *Mixer) find() error {
	ids, err := m.list()
	if err != nil {
		return err
	}
	volume, ok := choose(ids, " Volume")
	if !ok {
		return ErrNoMixer
	}
	if m.volume, err = m.info(volume); err != nil {
		return err
	}
	if m.volume.max <= m.volume.min {
		return ErrNoMixer
	}
	mute, ok := choose(ids, " Switch")
	if !ok {
		return nil
	}
	info, err := m.info(mute)
	m.mute = &info
	return err
}

// preferred are the names of elements that mean all that is heard, the best
// first, as ALSA's drivers use them.
func preferred() []string {
	return []string{"Master", "PCM", "Headset", "Speaker", "Headphone", "Digital"}
}

// choose finds the element of a kind (" Volume" or " Switch") that means what is
// played; what is played of a microphone, or of a line in, doesn't count.
func choose(ids []elemID, kind string) (elemID, bool) {
	kind = " Playback" + kind
	for _, want := range preferred() {
		if i := slices.IndexFunc(ids, func(id elemID) bool { return id.String() == want+kind }); i >= 0 {
			return ids[i], true
		}
	}
	for _, id := range ids {
		name, found := strings.CutSuffix(id.String(), kind)
		if found && !strings.Contains(name, "Mic") && !strings.Contains(name, "Line") && !strings.Contains(name, "Capture") {
			return id, true
		}
	}
	return elemID{}, false
}

// list gives the names of the mixer's elements.
func (m *Mixer) list() ([]elemID, error) {
	var l elemList
	if err := m.ask(controlList, unsafe.Pointer(&l)); err != nil {
		return nil, err
	}
	ids := make([]elemID, min(l.count, maxElements))
	if len(ids) == 0 {
		return nil, nil
	}
	l = elemList{space: uint32(len(ids)), ids: unsafe.Pointer(unsafe.SliceData(ids))}
	if err := m.ask(controlList, unsafe.Pointer(&l)); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(ids[:min(int(l.used), len(ids))], func(id elemID) bool { return id.iface != ifaceMixer }), nil
}

func (m *Mixer) info(id elemID) (elemInfo, error) {
	info := elemInfo{id: id}
	return info, m.ask(controlInfo, unsafe.Pointer(&info))
}

// Volume reads the volume, from 0 to 100, as that of the loudest channel.
func (m *Mixer) Volume() (percent int, err error) {
	v := elemValue{id: m.volume.id}
	if err := m.ask(controlRead, unsafe.Pointer(&v)); err != nil {
		return 0, err
	}
	return m.volume.percent(slices.Max(v.values[:m.volume.channels()])), nil
}

// SetVolume sets the volume of all channels, from 0 to 100.
func (m *Mixer) SetVolume(percent int) error {
	return m.set(m.volume, m.volume.value(percent))
}

// CanMute tells whether the card has a switch.
func (m *Mixer) CanMute() bool { return m.mute != nil }

// Muted reads the switch.
func (m *Mixer) Muted() (bool, error) {
	v := elemValue{id: m.mute.id}
	err := m.ask(controlRead, unsafe.Pointer(&v))
	return slices.Max(v.values[:m.mute.channels()]) == 0, err
}

// Mute sets the switch of all channels.
func (m *Mixer) Mute(muted bool) error {
	if muted {
		return m.set(*m.mute, 0)
	}
	return m.set(*m.mute, 1)
}

// set sets all channels of an element.
func (m *Mixer) set(e elemInfo, value int) error {
	v := elemValue{id: e.id}
	for i := range v.values[:e.channels()] {
		v.values[i] = value
	}
	return m.ask(controlWrite, unsafe.Pointer(&v))
}

func (m *Mixer) ask(request uintptr, arg unsafe.Pointer) error {
	if err := ioctl(m.file.Fd(), request, arg); err != nil {
		return fmt.Errorf("mixer %s: %w", m.file.Name(), err)
	}
	return nil
}

// Close lets go of the mixer.
func (m *Mixer) Close() error { return m.file.Close() }

// channels is the number of an element's values.
func (e elemInfo) channels() int { return min(max(int(e.count), 1), len(elemValue{}.values)) }

// percent scales one of the element's values, rounded.
func (e elemInfo) percent(value int) int {
	return int((int64(value-e.min)*200 + int64(e.max-e.min)) / (2 * int64(e.max-e.min)))
}

// value is what percent does of it.
func (e elemInfo) value(percent int) int {
	percent = min(max(percent, 0), 100)
	return e.min + int((int64(percent)*int64(e.max-e.min)+50)/100)
}
