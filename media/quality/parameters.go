package quality

// Parameters are the inputs of the E-model, under their names in ITU-T G.107
// clause 7.
type Parameters struct {
	SLR  float64 // send loudness rating, dB
	RLR  float64 // receive loudness rating, dB
	STMR float64 // sidetone masking rating, dB
	LSTR float64 // listener sidetone rating, dB
	Ds   float64 // D-value of the telephone, send side
	Dr   float64 // D-value of the telephone, receive side
	TELR float64 // talker echo loudness rating, dB
	WEPL float64 // weighted echo path loss, dB
	T    float64 // mean one-way delay of the echo path, ms
	Tr   float64 // round trip delay in a four-wire loop, ms
	Ta   float64 // absolute delay in echo-free connections, ms
	Qdu  float64 // number of quantisation distortion units
	Ie   float64 // equipment impairment factor
	Bpl  float64 // packet loss robustness factor
	Ppl  float64 // packet loss probability, %
	// BurstR is the mean length of the bursts of loss, divided by what it
	// would be if the same loss came at random; 1 is random.
	BurstR float64
	Nc     float64 // circuit noise at the 0 dBr point, dBm0p
	Nfor   float64 // noise floor at the receive side, dBmp
	Ps     float64 // room noise at the send side, dB(A)
	Pr     float64 // room noise at the receive side, dB(A)
	A      float64 // advantage factor
}

// Defaults gives the values of ITU-T G.107 table 3.
func Defaults() Parameters {
	return Parameters{
		SLR: 8, RLR: 2, STMR: 15, LSTR: 18, Ds: 3, Dr: 3, TELR: 65, WEPL: 110,
		Qdu: 1, Bpl: 4.3, BurstR: 1, Nc: -70, Nfor: -64, Ps: 35, Pr: 35,
	}
}
