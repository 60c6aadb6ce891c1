package raster

import "github.com/imsphone/imsphone/cmd/internal/screen"

// iconGrid is the width and height of the icons' grid.
const iconGrid = 960

// line makes a stroke on a grid of 24 by 24, from its width and the points, all
// in tenths.
func line(width int, xy ...int) stroke {
	const scale = iconGrid / 240
	s := stroke{width: width * scale}
	for i := 0; i < len(xy); i += 2 {
		s.points = append(s.points, point{xy[i] * scale, xy[i+1] * scale})
	}
	return s
}

// icons are the drawings.
var icons = [...][]stroke{
	screen.IconCall: {
		line(44, 60, 62, 66, 98, 96, 142, 142, 174, 178, 180),
		line(52, 58, 62, 72, 78), line(52, 164, 168, 180, 182),
	},
	screen.IconEnd: {
		line(48, 44, 134, 74, 112, 120, 102, 166, 112, 196, 134),
		line(52, 46, 136, 62, 142), line(52, 178, 142, 194, 136),
	},
	screen.IconMute: {
		line(62, 120, 60, 120, 108),
		line(18, 66, 108, 74, 138, 94, 156, 120, 164, 146, 156, 166, 138, 174, 108),
		line(18, 120, 164, 120, 200), line(18, 92, 202, 148, 202),
		line(20, 40, 36, 200, 204),
	},
	screen.IconKeypad: {
		line(36, 64, 60), line(36, 120, 60), line(36, 176, 60),
		line(36, 64, 116), line(36, 120, 116), line(36, 176, 116),
		line(36, 64, 172), line(36, 120, 172), line(36, 176, 172),
	},
	screen.IconVideo: {
		line(36, 52, 88, 134, 88, 134, 152, 52, 152, 52, 88), line(50, 60, 120, 126, 120),
		line(20, 172, 120, 206, 88, 206, 152, 172, 120), line(26, 196, 110, 196, 130, 186, 120),
	},
	screen.IconHold:   {line(38, 84, 66, 84, 174), line(38, 156, 66, 156, 174)},
	screen.IconResume: {line(24, 84, 60, 84, 180, 180, 120, 84, 60), line(52, 104, 102, 104, 138, 136, 120, 104, 102)},
	screen.IconSwap: {
		line(20, 46, 86, 186, 86), line(20, 152, 52, 188, 86, 152, 120),
		line(20, 194, 158, 54, 158), line(20, 88, 124, 52, 158, 88, 192),
	},
	screen.IconVolume: {
		line(22, 44, 102, 76, 102, 118, 62, 118, 178, 76, 138, 44, 138, 44, 102), line(40, 64, 120, 100, 120), line(30, 102, 96, 102, 144),
		line(18, 148, 96, 156, 120, 148, 144), line(18, 172, 72, 190, 98, 194, 120, 190, 142, 172, 168),
	},
	screen.IconErase: {
		line(18, 86, 62, 204, 62, 204, 178, 86, 178, 34, 120, 86, 62),
		line(18, 116, 94, 168, 146), line(18, 168, 94, 116, 146),
	},
	screen.IconInfo: {
		line(18, 120, 36, 162, 47, 193, 78, 204, 120, 193, 162, 162, 193, 120, 204, 78, 193, 47, 162, 36, 120, 47, 78, 78, 47, 120, 36),
		line(24, 120, 78), line(20, 120, 116, 120, 164),
	},
	screen.IconBack: {line(22, 190, 120, 56, 120), line(22, 112, 62, 54, 120, 112, 178)},
	screen.IconRetry: {
		line(20, 186, 96, 166, 66, 132, 50, 94, 54, 62, 80, 48, 118, 60, 156, 90, 182, 128, 188, 164, 172, 186, 144),
		line(20, 192, 46, 190, 98, 138, 96),
	},
}
