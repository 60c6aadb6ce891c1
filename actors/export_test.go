package actors

import "github.com/asynkron/protoactor-go/actor"

// CompleteURI is completeURI for the tests outside of the package.
var CompleteURI = completeURI

// System gives the phone's actor system, whose registry finds every actor.
func (p *Phone) System() *actor.ActorSystem { return p.sys }

// Root gives the root actor.
func (p *Phone) Root() *actor.PID { return p.root }

// AcquireCamera and ReleaseCamera are what a stream says to the Camera actor,
// CameraGranted and CameraRevoked what it hears.
func AcquireCamera(owner *actor.PID) any { return acquireCamera{owner} }
func ReleaseCamera(owner *actor.PID) any { return releaseCamera{owner} }

type (
	CameraGranted = cameraGranted
	CameraRevoked = cameraRevoked
)

// The messages that make an actor of each kind panic: each lacks something
// that its senders always fill in.
var (
	PanicAudio     = acquireAudio{}
	PanicCalls     = callCommand{call: "none"}
	PanicCall      = command{verb: verbAnswer}
	PanicDialog    = responded{}
	PanicLine      = requested{}
	PanicPhone     = statusCommand{}
	PanicStream    = streamCommand{verb: verbMute}
	PanicTransport = malformed{}
	PanicCamera    = acquireCamera{}
	PanicVideo     = cameraMissing{}
	PanicRinger    = audioMissing{}
)

// RetryDevices lets the Devices actor watch once more.
var RetryDevices = retryDevices{}
