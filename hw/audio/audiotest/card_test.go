package audiotest

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/audio"
)

func TestCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := &Card{}
		card.Refuse(audio.ErrBusy)
		if _, err := card.Open(audio.Config{}); !errors.Is(err, audio.ErrBusy) {
			t.Fatalf("refused card: %v", err)
		}
		card.Refuse(nil)
		s, err := card.Open(audio.Config{Rate: 8000, Period: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		want := Tone(160, 1000, 8000, 8000)
		card.Say(want)
		var got []int16
		for range 3 {
			pcm := make([]int16, 80)
			if err := s.Read(pcm); err != nil {
				t.Fatal(err)
			}
			got = append(got, pcm...)
			if _, err := s.Write(pcm); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(got, append(want, make([]int16, 80)...)) {
			t.Error("the microphone didn't hear what was said and then silence")
		}
		card.Unplug()
		if err := s.Read(make([]int16, 80)); !errors.Is(err, audio.ErrLost) {
			t.Errorf("unplugged: %v", err)
		}
		if _, err := card.Open(audio.Config{}); !errors.Is(err, audio.ErrLost) {
			t.Errorf("open unplugged: %v", err)
		}
		card.Plug()
		if err := s.Read(make([]int16, 80)); err != nil {
			t.Errorf("plugged in again: %v", err)
		}
		if card.Opened() != 1 {
			t.Errorf("%d streams open", card.Opened())
		}
		if err := s.Close(); err != nil || card.Opened() != 0 {
			t.Errorf("after Close: %v, %d open", err, card.Opened())
		}
		got = append(got, make([]int16, 80)...) // nothing was written while it was unplugged
		if !slices.Equal(card.Heard(), got) {
			t.Errorf("heard %d samples, not what was written", len(card.Heard()))
		}
	})
}

func TestCardForgets(t *testing.T) {
	card := &Card{Keep: 100}
	for i := range 50 {
		(*speaker)(card).Play([]int16{int16(i), 0, 0, 0, 0, 0, 0, 0, 0, 0})
	}
	heard := card.Heard()
	if len(heard) < 100 || len(heard) >= 200 || heard[len(heard)-10] != 49 {
		t.Errorf("%d samples kept of 500", len(heard))
	}
}

func TestToneShare(t *testing.T) {
	tone := Tone(800, 440, 8000, 10000)
	if share := ToneShare(tone, 440, 8000); share < 0.999 {
		t.Errorf("a pure tone: %g", share)
	}
	if share := ToneShare(tone, 500, 8000); share > 0.01 {
		t.Errorf("another tone: %g", share)
	}
	if ToneShare(make([]int16, 800), 440, 8000) != 0 || RMS(make([]int16, 800)) != 0 || RMS(nil) != 0 {
		t.Error("silence has energy")
	}
	if rms := RMS(tone); rms < 7000 || rms > 7150 {
		t.Errorf("RMS %g of a tone with peak 10000", rms)
	}
}
