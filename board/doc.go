// Package board holds what differs between boards, as data: which sound card,
// camera, screen, keys, lights and SIM path each has, and what its image is made
// of. A board is one TOML file, of which those beside this text are built in;
// anybody's own file works as well.
//
// A board is known by its device tree: the first of the strings in the root
// node's "compatible" that a profile names decides, and these go from the most
// specific to the most general (Devicetree Specification 0.4 §2.3.1). A machine
// that no profile knows, or that has no device tree, is [Generic]: there
// everything is looked for at run time.
//
// What the phone's configuration says goes before the profile, and the profile
// before the built-in defaults; an empty value of a profile says nothing.
package board
