// Package tone makes and measures tones: call progress tones, test tones, and
// the detector that decides whether a far end was really heard.
//
// Levels are in dBm0. A full-scale sine is +3.14 dBm0, the overload point of
// A-law (G.711 §4).
package tone
