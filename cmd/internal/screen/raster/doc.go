// Package raster paints views as pixels, at any size, by software.
//
// A [Painter] keeps what it has drawn, and draws anew only what has changed; it
// says which rectangles that were. The same view gives the same pixels on every
// machine, but for a shade at the rims of letters on arm64.
package raster
