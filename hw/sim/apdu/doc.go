// Package apdu speaks to a smart card in commands and responses (ISO/IEC
// 7816-4, ETSI TS 102 221): it composes commands, fetches what a card has more
// to say, names status words and takes TLV objects apart.
package apdu
