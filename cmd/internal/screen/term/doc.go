// Package term shows the phone's views on a terminal, such as one over SSH: the
// same core and the same views as those of the screen, drawn with characters.
//
// [Render] is a pure function; [Model] is the program around it. No colour is
// needed to use it, and none is shown where the terminal has none or NO_COLOR is
// set.
package term
