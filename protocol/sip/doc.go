// Package sip reads and writes SIP messages (RFC 3261 and the extensions that
// a phone meets).
//
// A received message is kept as one string with an index of its header lines.
// Parsing fills the index in one pass; typed views (Via, Address, CSeq, …) are
// read from it when somebody asks, and are substrings of the message, not
// copies. A Message never changes and may be shared.
//
// A message to send is a Draft: a start line, an ordered list of header fields
// and a body. Draft.Append writes it and always gives it the right
// Content-Length.
//
// The reader is lenient on values and strict on what frames a message and
// tells who answers whom: the start line, header lines, Content-Length, and
// the headers that may occur only once. Check turns that into a verdict.
package sip
