// Package screen is the face of the phone: dialler, incoming call, call, keypad,
// video, and what went wrong, as a pure core. [Core.Step] takes keys, touches,
// and what the phone tells, and gives commands to the phone; [Core.View] is what
// there is to see, as meaning. [Arrange] places it in a picture, package raster
// paints that as pixels, and package term shows it on a terminal.
//
// Which view it is follows from the phone's calls, and from what the user has
// asked to see; the first of these that holds:
//
//	refused    an emergency number was dialled: nobody is called, and the view stays until it was read
//	waiting    a call rings beside another
//	incoming   a call rings
//	digits     in a call, the keypad is shown, or a digit was pressed
//	calling    our call is not answered yet
//	video      in a call with pictures
//	in-call    in a call, also a held one
//	ended      for some seconds after a call: how it ended
//	notice     why the lines are as they are
//	dialler    nothing of these
//	starting   the phone has told nothing yet
//
// What the keys do is in testdata/keys.txt, for every view and every key. In the
// dark the first key or touch only makes light; the keys of a headset and a hook
// switch do their part in the dark, too.
package screen
