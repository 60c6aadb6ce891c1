// Package mjpeg is the RTP payload format of JPEG (RFC 2435): a camera's own
// JPEG is cut into packets, and packets are put together to JPEG that any
// decoder reads. Nothing is decoded on the way.
//
//	JPEG ─ Parse ─▶ Image ─ Packetiser ─▶ payloads ~~~ Assembler ─▶ JPEG
//
// The format leaves out of each image what both ends know: the markers, the
// Huffman tables (always those of ITU-T T.81 Annex K.3), and the quantisation
// tables where a number stands for them. So it only carries baseline images of
// three components in 4:2:2 or 4:2:0 with these tables; of other ones Parse
// says [ErrUnsuited], and they have to be encoded again.
//
// A payload (RFC 2435 §3.1), of which only the first of an image has tables:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	├───────────────┼───────────────────────────────────────────────┤
//	│ type-specific │                fragment offset                │
//	├───────────────┼───────────────┬───────────────┬───────────────┤
//	│     type      │       Q       │    width/8    │   height/8    │
//	├───────────────┴───────────────┼─┬─┬───────────┴───────────────┤
//	│       restart interval        │F│L│       restart count       │ types 64, 65
//	├───────────────┬───────────────┼─┴─┴───────────────────────────┤
//	│      zero     │   precision   │            length             │ Q 128…255
//	├───────────────┴───────────────┴───────────────────────────────┤
//	│                     quantisation tables …                     │
//	├───────────────────────────────────────────────────────────────┤
//	│                   entropy-coded data …                        │
//	└───────────────────────────────────────────────────────────────┘
package mjpeg
