// Package raster paints views as pixels, at any size, by software.
//
// A [Painter] keeps what it has drawn, and draws anew only what has changed; it
// says which rectangles that were. All of it is integer arithmetic, so that the
// same view gives the same pixels on every machine.
package raster
