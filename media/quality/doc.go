// Package quality turns what a stream's statistics say into how a call sounds:
// the E-model's transmission rating R (ITU-T G.107) and the mean opinion score
// that follows from it (G.107 Annex B).
//
// Only loss and delay are measured. Every other parameter of the model has the
// default value of G.107 table 3, for which R is 93.2.
package quality
