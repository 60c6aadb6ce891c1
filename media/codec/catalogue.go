package codec

import "strings"

// Catalogue gives the codecs that every build has, in the order of their
// payload types. The order in which they are offered is the configuration's.
func Catalogue() []Spec {
	return []Spec{
		{Name: "PCMU", PayloadType: 0, ClockRate: 8000, SampleRate: 8000,
			NewEncoder: func() Encoder { return ulaw{} }, NewDecoder: func() Decoder { return ulaw{} }},
		{Name: "PCMA", PayloadType: 8, ClockRate: 8000, SampleRate: 8000,
			NewEncoder: func() Encoder { return alaw{} }, NewDecoder: func() Decoder { return alaw{} }},
		{Name: "G722", PayloadType: 9, ClockRate: 8000, SampleRate: 16000,
			NewEncoder: newG722Encoder, NewDecoder: newG722Decoder},
	}
}

// Lookup finds a codec by its encoding name, in any case, and RTP clock rate
// in Hz.
func Lookup(name string, clockRate int) (Spec, bool) {
	for _, s := range Catalogue() {
		if strings.EqualFold(s.Name, name) && s.ClockRate == clockRate {
			return s, true
		}
	}
	return Spec{}, false
}
