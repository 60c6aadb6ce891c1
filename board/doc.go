// Package board will hold what differs between boards, as data: which sound
// card, camera node, keys, screen and SIM path each has, and the recipes of
// their images. The phone knows one board so far, the generic Linux machine,
// whose devices are the configuration's.
package board
