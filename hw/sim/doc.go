// Package sim is where the secret of an IMS account lives: in this program
// (Soft), or in a smart card (UICC) behind a PC/SC reader or a modem. Whichever
// it is, it tells who the subscriber is and answers the network's challenges
// (TS 33.203 §6.1, TS 31.102, TS 31.103).
package sim
