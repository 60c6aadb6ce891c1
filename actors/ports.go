package actors

import (
	"context"
	"image"
	"io"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/video"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Ports are the phone's hands: everything in it that blocks or touches the
// machine. cmd fills them from hw; tests from fakes.
type Ports struct {
	SIP      SIPPort
	RTP      RTPPort
	Audio    AudioPort
	Resolver Resolver
	// IPsec and SIM are for accounts of an IMS core; nil where there are none.
	IPsec IPsecPort
	SIM   SIMPort
	// Video is the camera and the screen; nil makes a phone without video.
	Video VideoPort
	// Link tells of changes of the network; nil where nobody does.
	Link LinkPort
	// Hotplug tells of devices that come and go; nil where nobody does.
	Hotplug HotplugPort
	// Ring is what incoming calls ring on; nil where they don't ring.
	Ring RingPort
	// Volume is how loud Audio plays; nil where that can't be set.
	Volume VolumePort
}

// HotplugPort watches the machine's devices.
type HotplugPort interface {
	// Watch calls changed when a device was plugged in or pulled out, until
	// Close.
	Watch(changed func(DeviceChange)) (io.Closer, error)
}

// DeviceChange is news of a device.
type DeviceChange struct {
	// Subsystem is the kernel's name for its kind: "sound", "video4linux", …
	Subsystem string
	// Name is the device's node below /dev; "" where it has none.
	Name string
	// Removed: it was pulled out. Else it has come, or is another one now.
	Removed bool
}

// RingPort opens the device that incoming calls ring on.
type RingPort interface {
	// Open starts it at rate Hz, mono, with frames of the given period. What is
	// read from it is the sound of ringing, to be written to it.
	Open(rate int, period time.Duration) (AudioStream, error)
	// Shared tells whether it is the device of calls, which may be open only once.
	Shared() bool
}

// VolumePort sets how loud the device of calls plays. It is used from several
// goroutines, and may block.
type VolumePort interface {
	Volume() (Volume, error)
	SetVolume(v Volume) error
}

// LinkPort watches the machine's network.
type LinkPort interface {
	// Watch calls changed after addresses or routes have changed, and after the
	// machine has slept, until Close.
	Watch(changed func(LinkChange)) (io.Closer, error)
}

// LinkChange is news of the machine's network.
type LinkChange struct {
	// Resumed: the machine has slept.
	Resumed bool
}

// SIPPort opens the signalling sockets of a line.
type SIPPort interface {
	// Listen binds what cfg names and calls recv for each message, in order
	// within a flow, and with Inbound.Err once for each flow that is lost.
	Listen(cfg SIPConfig, recv func(transport.Inbound)) (SIPSocket, error)
}

// SIPConfig says what a line's sockets are bound to.
type SIPConfig struct {
	// Local is the address to bind; an unspecified address means any, port 0
	// any port.
	Local netip.AddrPort
	// KeepAlive is the idle time after which a stream connection is pinged
	// (RFC 5626 §3.5.1); 0 never pings.
	KeepAlive time.Duration
	// TLSCAFile is a PEM file of the authorities to trust instead of the
	// system's; "" trusts the system's.
	TLSCAFile string
}

// SIPSocket is the signalling sockets of one line. Send never blocks.
type SIPSocket interface {
	// Local is the bound address of the listener for proto, which is what
	// others reach us by.
	Local(proto transport.Proto) netip.AddrPort
	// LocalFor is the address that packets to remote leave from, also where
	// the socket is bound to any address.
	LocalFor(remote netip.Addr) netip.Addr
	Send(flow transport.Flow, b []byte) error
	// Dial opens or reuses a connection; serverName is what a TLS certificate
	// must hold.
	Dial(ctx context.Context, proto transport.Proto, remote netip.AddrPort, serverName string) (transport.Flow, error)
	Close() error
}

// IPsecPort opens the protected side of a line (TS 33.203 §7).
type IPsecPort interface {
	// Open readies it; recv is called as SIPPort's is, with the flows of sets of
	// SAs, each named by the Gen that Install was given. Over UDP a set has one
	// flow: from its protected server port to the P-CSCF's, whichever of the
	// four ports its datagrams really use.
	Open(cfg ProtectedConfig, recv func(transport.Inbound)) (ProtectedSocket, error)
}

// ProtectedConfig says how a line's signalling is protected.
type ProtectedConfig struct {
	KeepAlive     time.Duration
	Backend       string
	Encapsulation uint16
}

// ProtectedSocket is the sets of SAs of one line, with their sockets. Its
// methods may be used from any goroutine.
type ProtectedSocket interface {
	// Install brings up a set and opens its ports. The SAs' hard limit is
	// lifetime from now.
	Install(ctx context.Context, gen uint32, set secagree.Set, lifetime time.Duration) error
	// Extend sets the hard limit to lifetime from now.
	Extend(gen uint32, lifetime time.Duration) error
	// Remove takes a set down, after an Install that still runs. What is gone
	// already is no error.
	Remove(gen uint32) error
	// Counters reads the set's four SAs, in the order of secagree.Set.SAs. An
	// error says that they aren't there any more.
	Counters(gen uint32) ([4]SACounters, error)
	// Connect gives the flow of requests over the set.
	Connect(ctx context.Context, gen uint32, proto transport.Proto) (transport.Flow, error)
	// Send never blocks.
	Send(flow transport.Flow, b []byte) error
	// Hints says in words what was counted since the last Mark that explains
	// silence: SAs that don't match, failed integrity checks. Empty where nothing
	// was.
	Hints() string
	// Mark forgets what was counted so far.
	Mark()
	// Outside counts the packets that came to protected ports from outside the
	// SAs.
	Outside() uint64
	// Close takes all sets down.
	Close() error
}

// SACounters counts what one SA carried.
type SACounters struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	// Refused are packets that were replayed or failed the integrity check.
	Refused uint64 `json:"refused,omitempty"`
}

// SIMPort opens the SIMs that accounts name.
type SIMPort interface {
	Open(name string) (SIM, error)
}

// SIM answers the challenges of AKA. It may block until ctx ends.
type SIM interface {
	// Authenticate gives the keys, or a [*aka.SyncError], or [aka.ErrMAC], or
	// why the card can't be asked.
	Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error)
}

// RTPPort opens media sockets.
type RTPPort interface {
	// Open binds an even RTP port and the odd port above it for RTCP on addr
	// (RFC 3550 §11). kind is "audio" or "video": the network treats them
	// differently (RFC 4594).
	Open(addr netip.Addr, kind string) (RTPSocket, error)
	// LocalFor is the address that packets to remote leave from.
	LocalFor(remote netip.Addr) (netip.Addr, error)
}

// RTPSocket is a pair of RTP and RTCP sockets. The reads block and are used by
// one goroutine each; Close ends them.
type RTPSocket interface {
	LocalPort() uint16
	ReadRTP(b []byte) (n int, from netip.AddrPort, err error)
	ReadRTCP(b []byte) (n int, from netip.AddrPort, err error)
	WriteRTP(b []byte, to netip.AddrPort) error
	WriteRTCP(b []byte, to netip.AddrPort) error
	Close() error
}

// AudioPort opens the sound device.
type AudioPort interface {
	// Open starts capture and playback at rate Hz, mono, with frames of the
	// given period. It may block while the device settles. An error beside a
	// stream says which half of it is missing: it captures silence, or plays
	// nothing.
	Open(rate int, period time.Duration) (AudioStream, error)
	// Silence is the same without a device: it captures silence at the device's
	// pace, so that a call lives on while the device is away.
	Silence(rate int, period time.Duration) AudioStream
}

// AudioStream is a running sound device. Read is the clock of a call's media:
// it blocks until one frame was captured. Write queues one frame and never
// blocks.
type AudioStream interface {
	Read(pcm []int16) error
	Write(pcm []int16) error
	Close() error
}

// VideoPort is the camera and the screen.
type VideoPort interface {
	// OpenCamera starts the camera as near to the wish as it can. It may block.
	OpenCamera(wish VideoWish) (Camera, error)
	// Blank is the same without a device: a picture of the wished size that says
	// nothing, at a pace of its own, so that a call's video lives on while the
	// camera is away.
	Blank(wish VideoWish) Camera
	// HasScreen tells whether Show leads anywhere by now: without a screen nothing
	// is decoded for it.
	HasScreen() bool
	// Show gives the screen a picture of a call, of whose camera: Theirs or
	// Ours. It never blocks; the picture is only valid during the call to Show.
	// A nil picture: there is no video any more.
	Show(whose, call string, picture *image.YCbCr)
}

// Whose picture VideoPort.Show gets.
const (
	Theirs = "theirs"
	Ours   = "ours"
)

// VideoWish is what a camera should deliver.
type VideoWish struct {
	// Width and Height are in pixels, Rate in pictures a second.
	Width, Height, Rate int
	// JPEG tells that compressed pictures are welcome.
	JPEG bool
}

// Camera is a running camera. Read is the clock of a stream's video: it blocks
// until the next picture.
type Camera interface {
	Read(f *video.Frame) error
	Close() error
}

// Resolver answers the DNS questions of RFC 3263; each call may block until
// ctx ends.
type Resolver interface {
	Lookup(ctx context.Context, q transport.Query) (transport.Answer, error)
}
