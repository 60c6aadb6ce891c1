// Package aka is UMTS authentication and key agreement (TS 33.102) as SIP
// registration uses it: AKAv1-MD5 (RFC 3310) and AKAv2-MD5 (RFC 4169).
//
// [Functions] are the seven functions f1 to f5*, with [Milenage] and [TUAK] as
// the two algorithm sets. [USIM] is the card's side: it checks AUTN and gives
// the [Keys]. [Generate], [Resynchronise] and [Generator] are the network's.
// A nonce carries RAND and AUTN: [ParseNonce], [FormatNonce].
//
//	nonce ─ParseNonce→ RAND, AUTN ─USIM→ Keys ─Password→ digest
//	                                      └─ CK, IK ───→ esp
//
// Whatever holds a secret prints as "(secret)".
package aka
