// Package store keeps the phone's state in a directory, so that a crash or a
// power cut at any moment leaves the old or the new state of each entry and
// never a torn one.
//
// An entry is a file of one line of JSON and a line with its checksum. A new
// generation is written aside, synced and renamed into place; the one before is
// kept beside it, for the case that the medium damages the newer.
package store
