// Package driver runs the phone's face on a screen: it has the goroutine, the
// clock and the queue that the core of package screen has not.
//
//	keys, touches ─▶ ┌────────┐ ─▶ commands, one after the other ─▶ phone
//	news, answers ─▶ │ Screen │
//	pictures      ─▶ └────────┘ ─▶ package raster ─▶ Panel: what has changed, 30 times a second at most
//
// Where the screen is dark or nothing changes, it sleeps.
package driver
