package sdp

// static is the table of fixed payload types (RFC 3551 §6).
var static = map[uint8]Codec{
	0:  {0, "PCMU", 8000, 1, ""},
	3:  {3, "GSM", 8000, 1, ""},
	4:  {4, "G723", 8000, 1, ""},
	5:  {5, "DVI4", 8000, 1, ""},
	6:  {6, "DVI4", 16000, 1, ""},
	7:  {7, "LPC", 8000, 1, ""},
	8:  {8, "PCMA", 8000, 1, ""},
	9:  {9, "G722", 8000, 1, ""},
	10: {10, "L16", 44100, 2, ""},
	11: {11, "L16", 44100, 1, ""},
	12: {12, "QCELP", 8000, 1, ""},
	13: {13, "CN", 8000, 1, ""},
	14: {14, "MPA", 90000, 1, ""},
	15: {15, "G728", 8000, 1, ""},
	16: {16, "DVI4", 11025, 1, ""},
	17: {17, "DVI4", 22050, 1, ""},
	18: {18, "G729", 8000, 1, ""},
	25: {25, "CelB", 90000, 1, ""},
	26: {26, "JPEG", 90000, 1, ""},
	28: {28, "nv", 90000, 1, ""},
	31: {31, "H261", 90000, 1, ""},
	32: {32, "MPV", 90000, 1, ""},
	33: {33, "MP2T", 90000, 1, ""},
	34: {34, "H263", 90000, 1, ""},
}

// bare gives what a payload type means without a=rtpmap.
func bare(pt uint8) Codec {
	if c, ok := static[pt]; ok {
		return c
	}
	return Codec{PayloadType: pt, Channels: 1}
}
