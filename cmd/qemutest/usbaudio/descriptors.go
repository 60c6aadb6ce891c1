package usbaudio

import "slices"

// What the device consists of.
const (
	controlInterface = iota
	speakerInterface
	microphoneInterface
	keysInterface
	interfaces
)

// Endpoints, by their numbers.
const (
	speakerEndpoint = 1 + iota
	microphoneEndpoint
	keysEndpoint
)

// The units and terminals of the audio function (UAC §3.5).
const (
	fromUSB = 1 + iota
	speakerVolume
	speaker
	microphone
	microphoneVolume
	toUSB
)

// Rate is the sampling rate of both directions, in Hz.
const Rate = 48000

const (
	sampleSize      = 2
	samplesPerFrame = Rate / 1000 // each packet is a frame of a millisecond
	speakerChannels = 2
	// micPacket and speakerPacket are what a packet holds, in bytes.
	micPacket     = samplesPerFrame * sampleSize
	speakerPacket = micPacket * speakerChannels
)

// Types of descriptors (USB table 9-5, UAC appendix A.4, HID §7.1).
const (
	deviceType = 1 + iota
	configurationType
	stringType
	interfaceType
	endpointType
	hidType           = 0x21
	reportType        = 0x22
	audioType         = 0x24
	audioEndpointType = 0x25
)

// The strings of the device, by their indices from 1 on.
var names = [...]string{"imsphone", "USB Headset"}

// descriptor makes one, with its length and type.
func descriptor(kind byte, body ...byte) []byte {
	return append([]byte{byte(len(body) + 2), kind}, body...)
}

// le is a number of 16 bits.
func le(n int) (low, high byte) { return byte(n), byte(n >> 8) }

// deviceDescriptor is that of USB §9.6.1. The vendor is that of open projects
// (pid.codes), the product that of their tests.
func deviceDescriptor() []byte {
	return descriptor(deviceType, 0x00, 0x02, 0, 0, 0, controlPacket, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 1, 2, 0, 1)
}

// controlPacket is the size of endpoint 0's packets, in bytes.
const controlPacket = 64

// configuration is the configuration with all that belongs to it (USB §9.6.3).
func configuration() []byte {
	all := slices.Concat(
		control(),
		streaming(speakerInterface, fromUSB, speakerChannels, soundEndpoint(speakerEndpoint, speakerPacket)),
		streaming(microphoneInterface, toUSB, 1, soundEndpoint(0x80|microphoneEndpoint, micPacket)),
		keyDescriptors(),
	)
	const busPowered, milliamperes = 0x80, 100
	low, high := le(9 + len(all))
	return append(descriptor(configurationType, low, high, interfaces, 1, 0, busPowered, milliamperes/2), all...)
}

// interfaceDescriptor is that of USB §9.6.5.
func interfaceDescriptor(number, alternate, endpoints, class, subclass byte) []byte {
	return descriptor(interfaceType, number, alternate, endpoints, class, subclass, 0, 0)
}

// Classes and subclasses.
const (
	audioClass, hidClass           = 1, 3
	audioControl, audioStreaming   = 1, 2
	header, input, output, feature = 1, 2, 3, 6 // UAC table A-5
)

// control describes the audio function (UAC §4.3).
func control() []byte {
	const muteAndVolume = 3
	usb, headset := [2]byte{0x01, 0x01}, [2]byte{0x02, 0x04} // "USB streaming", "headset" (UAC Terminal Types)
	units := slices.Concat(
		descriptor(audioType, input, fromUSB, usb[0], usb[1], 0, speakerChannels, 3, 0, 0, 0),
		descriptor(audioType, feature, speakerVolume, fromUSB, 1, muteAndVolume, 0, 0, 0),
		descriptor(audioType, output, speaker, headset[0], headset[1], microphone, speakerVolume, 0),
		descriptor(audioType, input, microphone, headset[0], headset[1], speaker, 1, 0, 0, 0, 0),
		descriptor(audioType, feature, microphoneVolume, microphone, 1, muteAndVolume, 0, 0),
		descriptor(audioType, output, toUSB, usb[0], usb[1], 0, microphoneVolume, 0),
	)
	low, high := le(10 + len(units))
	return slices.Concat(
		interfaceDescriptor(controlInterface, 0, 0, audioClass, audioControl),
		descriptor(audioType, header, 0x00, 0x01, low, high, 2, speakerInterface, microphoneInterface),
		units)
}

// streaming describes a direction of sound (UAC §4.5): alternate setting 0 is
// without any, 1 with.
func streaming(number, terminal, channels byte, endpoint []byte) []byte {
	const general, formatType, pcm, typeI = 1, 2, 1, 1
	return slices.Concat(
		interfaceDescriptor(number, 0, 0, audioClass, audioStreaming),
		interfaceDescriptor(number, 1, 1, audioClass, audioStreaming),
		descriptor(audioType, general, terminal, 1, pcm, 0),
		descriptor(audioType, formatType, typeI, channels, sampleSize, 8*sampleSize, 1, byte(Rate&0xff), byte(Rate>>8&0xff), byte(Rate>>16)),
		endpoint)
}

// soundEndpoint describes an isochronous endpoint that follows the bus's own time
// (UAC §4.6).
func soundEndpoint(address byte, packet int) []byte {
	const synchronous, general = 0x0d, 1
	low, high := le(packet)
	return append(descriptor(endpointType, address, synchronous, low, high, 1, 0, 0),
		descriptor(audioEndpointType, general, 0, 0, 0, 0)...)
}

// keyDescriptors describe the keys' interface (HID §6.2.1).
func keyDescriptors() []byte {
	const interrupt, intervalMS = 3, 10
	low, high := le(len(keyReport()))
	return slices.Concat(
		interfaceDescriptor(keysInterface, 0, 1, hidClass, 0),
		descriptor(hidType, 0x11, 0x01, 0, 1, reportType, low, high),
		descriptor(endpointType, 0x80|keysEndpoint, interrupt, 1, 0, intervalMS))
}

// stringDescriptor gives the string of an index (USB §9.6.7): 0 is the languages,
// of which there is English. Others are absent.
func stringDescriptor(index int) (d []byte, ok bool) {
	if index == 0 {
		return descriptor(stringType, 0x09, 0x04), true
	}
	if index > len(names) {
		return nil, false
	}
	var text []byte
	for _, r := range names[index-1] {
		text = append(text, byte(r), 0)
	}
	return descriptor(stringType, text...), true
}
