// Package sim is where the secret of an IMS account lives: in this program
// (Soft), or in a smart card (UICC) behind a PC/SC reader or a modem. Whichever
// it is, it tells who the subscriber is and answers the network's challenges
// (TS 33.203 §6.1, TS 31.102, TS 31.103).
//
//	NewSoft(config, store)                       keys from a file: LoadKeys
//	pcsc.Open(ctx, "", reader)  → Open(ctx, ·, config)
//	modem.Open(ctx, device)     → Open(ctx, ·, config)
//
// A card that was removed, and a reader or modem that fell silent, are opened
// anew by whoever supervises them; a PIN that was refused must not be, for each
// time costs a try (ErrPINWrong).
package sim
