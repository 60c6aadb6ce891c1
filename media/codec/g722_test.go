package codec

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"testing"
)

func readPCM(t *testing.T, file string) []int16 {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, len(raw)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return pcm
}

func decodeG722(t *testing.T, coded []byte) []int16 {
	t.Helper()
	pcm, err := newG722Decoder().Decode(nil, coded)
	if err != nil {
		t.Fatal(err)
	}
	return pcm
}

// TestG722IsBitExact holds both directions against another implementation: the
// files are a sweep of 300 to 6800 Hz, as FFmpeg 5.1 codes and decodes it.
func TestG722IsBitExact(t *testing.T) {
	coded, err := os.ReadFile("testdata/sweep.g722")
	if err != nil {
		t.Fatal(err)
	}
	if got := newG722Encoder().Encode(nil, readPCM(t, "testdata/sweep.pcm")); !bytes.Equal(got, coded) {
		t.Error("encoder: the stream differs")
	}
	if at := different(decodeG722(t, coded), readPCM(t, "testdata/sweep.decoded.pcm")); at >= 0 {
		t.Errorf("decoder: differs at sample %d", at)
	}
}

// TestG722IsBitExactAtLength holds longer and rougher signals against the
// SHA-256 sums of what FFmpeg 5.1 makes of them, samples little endian.
func TestG722IsBitExactAtLength(t *testing.T) {
	for _, tt := range []struct {
		name           string
		coded          []byte
		wantC, wantPCM string
	}{
		{"voice", newG722Encoder().Encode(nil, voice(32000)),
			"3cb0095aa5823ee0af8d4f9633d803713c87e9cecf619c989bdd3699ab2715b4", "25dc7aef2219ae87ba07d341d8e9732cf06f3110d722aa38673cdabe7272c232"},
		{"loud", newG722Encoder().Encode(nil, loud(16000)),
			"80089e4633072fdbac60b3c80492fbcdc4249b42a836be710f2c3124bd15de1a", "4605de663c8082124e728649f0f306437189589a1e28f19d99ca617dd26bef71"},
		{"hiss", newG722Encoder().Encode(nil, hiss(16000)),
			"b8af66effadcba2380ec87d6c500aae8bf6fe119bcd4864afa2f9d7eff1ec941", "fae14c9555a3e1d4480c4e0e6339e15b8ccb318742eb781d30d1a84cecad7d8a"},
		{"steps", newG722Encoder().Encode(nil, steps(16000)),
			"6f681b3be6198689c1552d748c9bb1c968ae0807709b9e8e42b832236b91ec06", "3beeaa8b5dc4d238451c8470846cd7510178e677c83e9968199e741f194632e5"},
		{"rough", rough(7600),
			"32c892620e5730a458e0d55f11e894a0d55b53140618e6f1587c55b5315f345c", "b1dfb150655cea0c5c09d252ab574768ce6cbf6ef7bb777d62f8aec4af8627ba"},
		{"any bytes", anyBytes(16000),
			"8303c0a069001468aa46fbe78d109361d3b97a8a1e70f97913c0ea03278bf81e", "b4a87d0fb3f156c506003de2455cca00e45b6a1611bb3bc2f62c51961d023849"},
	} {
		if got := sum(tt.coded); got != tt.wantC {
			t.Errorf("%s: the encoder's sum is %s", tt.name, got)
		}
		var raw []byte
		for _, v := range decodeG722(t, tt.coded) {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
		}
		if got := sum(raw); got != tt.wantPCM {
			t.Errorf("%s: the decoder's sum is %s", tt.name, got)
		}
	}
}

// TestG722PredictorSaturates: each sum of the zeros' part is held within 16
// bits, oldest first (G.722 §6.2, FILTEZ). Only payloads that no encoder makes
// get there; FFmpeg lets the sum grow then, and is no oracle for them.
func TestG722PredictorSaturates(t *testing.T) {
	const half = 16384
	for _, tt := range []struct {
		differences [6]int32 // newest first
		want        int32
	}{
		{[6]int32{16000, 0, 0, 0, 0, 16000}, 32000},
		{[6]int32{-8000, 0, 0, half, half, half}, 32767 - 8000}, // from 49149
		{[6]int32{8000, 0, 0, -half, -half, -half}, -32768 + 8000},
		{[6]int32{half, half, half, 0, 0, -8000}, 32767},
	} {
		b := band{b: [6]int32{half, half, half, half, half, half}, d: tt.differences}
		if got := b.zeroSection(); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.differences, got, tt.want)
		}
	}
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// TestG722SoundsRight: what comes back is the voice, 22 samples later, as the
// two filters delay it.
func TestG722SoundsRight(t *testing.T) {
	const delay = 22
	pcm := voice(32000)
	back := decodeG722(t, newG722Encoder().Encode(nil, pcm))
	var signal, noise float64
	for i := delay; i < len(pcm); i++ {
		s, e := float64(pcm[i-delay]), float64(back[i])-float64(pcm[i-delay])
		signal += s * s
		noise += e * e
	}
	if snr := 10 * math.Log10(signal/noise); snr < 15 {
		t.Errorf("signal to noise ratio is %.1f dB", snr)
	}
}

// TestG722Silence: a decoder that hears silence after speech falls silent.
func TestG722Silence(t *testing.T) {
	pcm := append(voice(8000), make([]int16, 16000)...)
	back := decodeG722(t, newG722Encoder().Encode(nil, pcm))
	for i, v := range back[20000:] {
		if v > 16 || v < -16 {
			t.Fatalf("sample %d after the voice is %d", i, v)
		}
	}
}

func TestG722LeavesAnOddSampleOut(t *testing.T) {
	if n := len(newG722Encoder().Encode(nil, voice(321))); n != 160 {
		t.Errorf("%d bytes", n)
	}
}
