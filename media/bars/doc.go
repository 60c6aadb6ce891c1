// Package bars draws colour bars with a counter that can be read back out of
// the picture, also when it was compressed and scaled: so a test sees that the
// right pictures arrive, and in order.
//
//	┌────┬────┬────┬────┬────┬────┬────┬────┐
//	│ ▓▓ │ ░░ │ ▒▒ │    │ ▓▓ │ ░░ │    │    │  moving bars
//	├────┴─┬──┴───┬┴─────┼──────┼──────┼────┤
//	│ source  4 bits      count     20 bits │  black and white cells
//	├──────┼──────┼──────┼──────┼──────┼────┤
//	│ the same, inverted                    │
//	└───────────────────────────────────────┘
package bars
