// Package simtest is a smart card in software for tests: a UICC with EF_DIR, a
// USIM and an ISIM, a PIN and AUTHENTICATE, which speaks APDUs (TS 102 221,
// TS 31.102, TS 31.103). It can be had as a channel, behind a modem that
// speaks AT commands, and behind a pcscd.
package simtest
