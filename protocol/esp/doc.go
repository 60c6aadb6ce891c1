// Package esp seals and opens the packets of one unidirectional security
// association of IMS signalling: ESP (RFC 4303) as TS 33.203 §6.2, §6.3 and §7
// profile it. A [Sealer] is the sending end of an SA, an [Opener] the receiving
// one. There are no extended sequence numbers, and keys come from AKA by way of
// TS 33.203 Annex I, see [AuthKey], [EncryptionKey] and [Salt].
//
//	+----------------------------------------------+ ----
//	| SPI                                  4 bytes |   ^
//	| sequence number, from 1              4 bytes |   | covered
//	+----------------------------------------------+   | by the
//	| IV: 0, 8 (GCM, GMAC) or 16 (CBC) bytes       |   | ICV
//	+----------------------------------------------+   |
//	| payload                                      |   |  ----
//	| padding 1, 2, 3, … to 4 or 16 (CBC) bytes    |   |    | encrypted
//	| pad length 1 byte, next header 1 byte        |   v    v by CBC, GCM
//	+----------------------------------------------+ --------
//	| ICV: 12 (HMAC) or 16 (GCM, GMAC) bytes       |
//	+----------------------------------------------+
//
// The ICV of aes-gcm and aes-gmac is the full 16 bytes, the one length that
// RFC 4106 §6 makes every implementation support and RFC 4543 §3 knows at all;
// the 96 bits of TS 33.203 are those of RFC 2403 and RFC 2404.
//
// # One key, four SAs
//
// The four SAs of a set share their keys and their salt (TS 33.203 §7.1), so an
// IV that only counts packets would repeat a nonce across them, which breaks
// GCM. The IV of aes-gcm and aes-gmac is therefore the SPI followed by the
// sequence number. It never repeats as long as the SPIs of the set differ, which
// TS 33.203 §7.1 asks of the P-CSCF for much the same reason; who accepts a
// Security-Server has to check it. One set has one Sealer for each SPI in its
// whole life: a second one would start again at sequence number 1.
//
// # Concurrency
//
// A Sealer and an Opener each belong to one goroutine at a time, and may be in
// different ones. Stats may be called from anywhere at any time. Nothing
// allocates once the caller's buffers are large enough.
package esp
