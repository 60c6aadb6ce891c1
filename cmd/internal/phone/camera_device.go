package phone

import (
	"fmt"

	"github.com/imsphone/imsphone/actors"
)

// openDevice opens a camera of this machine.
func openDevice(name string, _ actors.VideoWish) (actors.Camera, error) {
	return nil, fmt.Errorf("camera %q: this build drives no cameras: write camera = \"fake:bars\" or \"none\" under [video]", name)
}
