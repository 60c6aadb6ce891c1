package sip

// Method is a request method. Methods are case-sensitive (RFC 3261 §7.1).
type Method string

// The methods of RFC 3261 and of the extensions a phone may meet.
const (
	INVITE    Method = "INVITE"
	ACK       Method = "ACK"
	BYE       Method = "BYE"
	CANCEL    Method = "CANCEL"
	REGISTER  Method = "REGISTER"
	OPTIONS   Method = "OPTIONS"
	PRACK     Method = "PRACK"     // RFC 3262
	UPDATE    Method = "UPDATE"    // RFC 3311
	INFO      Method = "INFO"      // RFC 6086
	SUBSCRIBE Method = "SUBSCRIBE" // RFC 6665
	NOTIFY    Method = "NOTIFY"    // RFC 6665
	PUBLISH   Method = "PUBLISH"   // RFC 3903
	MESSAGE   Method = "MESSAGE"   // RFC 3428
	REFER     Method = "REFER"     // RFC 3515
)
