// Package aka is UMTS authentication and key agreement (TS 33.102) as SIP
// registration uses it: AKAv1-MD5 (RFC 3310) and AKAv2-MD5 (RFC 4169).
package aka
