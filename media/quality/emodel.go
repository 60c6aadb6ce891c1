package quality

import "math"

// R computes the transmission rating factor (ITU-T G.107 equation 7-1):
//
//	R = Ro − Is − Id − Ie,eff + A
//
// Ro is the signal to noise ratio, Is what comes with the voice, Id what comes
// of delay and echo, Ie,eff what the codec and lost packets cost.
func (p Parameters) R() float64 {
	no := p.noise()
	ro := 15 - 1.5*(p.SLR+no)
	ist := p.sidetone()
	return ro - p.simultaneous(ro, no, ist) - p.delay(ro, no, ist) - p.equipment() + p.A
}

// noise is No, the power sum of all noise sources (equations 7-3 to 7-7).
func (p Parameters) noise() float64 {
	olr := p.SLR + p.RLR
	nos := p.Ps - p.SLR - p.Ds - 100 + 0.004*square(p.Ps-olr-p.Ds-14)
	pre := p.Pr + 10*math.Log10(1+math.Pow(10, (10-p.LSTR)/10))
	nor := p.RLR - 121 + pre + 0.008*square(pre-35)
	nfo := p.Nfor + p.RLR
	return decibels(power(p.Nc) + power(nos) + power(nor) + power(nfo))
}

// simultaneous is Is: loudness, sidetone and quantisation (equations 7-8 to
// 7-17).
func (p Parameters) simultaneous(ro, no, ist float64) float64 {
	xolr := p.SLR + p.RLR + 0.2*(64+no-p.RLR)
	iolr := 20 * (root(1+math.Pow(xolr/8, 8), 8) - xolr/8)
	q := 37 - 15*math.Log10(p.Qdu)
	g := 1.07 + 0.258*q + 0.0602*q*q
	y := (ro-100)/15 + 46/8.4 - g/9
	z := 46.0/30 - g/40
	iq := 15 * math.Log10(1+math.Pow(10, y)+math.Pow(10, z))
	return iolr + ist + iq
}

// sidetone is Ist (equations 7-10 and 7-11).
func (p Parameters) sidetone() float64 {
	stmro := -decibels(power(-p.STMR) + math.Exp(-p.T/4)*power(-p.TELR))
	return 12*root(1+math.Pow((stmro-13)/6, 8), 8) -
		28*root(1+math.Pow((stmro+1)/19.4, 35), 35) -
		13*root(1+math.Pow((stmro-3)/33, 13), 13) + 29
}

// delay is Id: talker echo, listener echo, absolute delay (equations 7-18 to
// 7-28).
func (p Parameters) delay(ro, no, ist float64) float64 {
	return p.talkerEcho(no, ist) + p.listenerEcho(ro) + AbsoluteDelay(p.Ta)
}

func (p Parameters) talkerEcho(no, ist float64) float64 {
	roe := -1.5 * (no - p.RLR)
	terv := p.TELR - 40*math.Log10((1+p.T/10)/(1+p.T/150)) + 6*math.Exp(-0.3*p.T*p.T)
	if p.STMR < 9 {
		terv += ist / 2
	}
	re := 80 + 2.5*(terv-14)
	idte := ((roe-re)/2 + math.Sqrt(square(roe-re)/4+100) - 1) * (1 - math.Exp(-p.T))
	if p.STMR > 20 {
		return math.Sqrt(idte*idte + ist*ist)
	}
	return idte
}

func (p Parameters) listenerEcho(ro float64) float64 {
	rle := 10.5 * (p.WEPL + 7) * math.Pow(p.Tr+1, -0.25)
	return (ro-rle)/2 + math.Sqrt(square(ro-rle)/4+169)
}

// AbsoluteDelay is Idd, what a one-way delay of ms costs on the R scale even
// without echo (ITU-T G.107 equations 7-27 and 7-28): nothing up to 100 ms.
func AbsoluteDelay(ms float64) float64 {
	if ms <= 100 {
		return 0
	}
	x := math.Log2(ms / 100)
	return 25 * (root(1+math.Pow(x, 6), 6) - 3*root(1+math.Pow(x/3, 6), 6) + 2)
}

// equipment is Ie,eff (equation 7-29).
func (p Parameters) equipment() float64 {
	if p.Ppl <= 0 {
		return p.Ie
	}
	return p.Ie + (95-p.Ie)*p.Ppl/(p.Ppl/p.BurstR+p.Bpl)
}

// MOS maps a rating to the mean opinion score of a conversation, 1 to 4.5
// (ITU-T G.107 equation B-4).
func MOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	// The cubic dips below 1 for the smallest ratings; no score is below 1.
	return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
}

func square(x float64) float64       { return x * x }
func root(x, n float64) float64      { return math.Pow(x, 1/n) }
func power(db float64) float64       { return math.Pow(10, db/10) }
func decibels(power float64) float64 { return 10 * math.Log10(power) }
