// Package modem reaches the card in a mobile modem through the modem's AT
// commands (3GPP TS 27.007 §8.17, §8.43 to §8.45): each application gets a
// logical channel of its own, so that the modem's work with the card goes on.
package modem
