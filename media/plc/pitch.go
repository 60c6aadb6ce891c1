package plc

// pitch is the lag at which the end of past repeats itself best, by normalised
// cross-correlation: first roughly, then sample by sample about the best place.
func pitch(past []int16, size sizes) int {
	const coarse = 40 // lags that are looked at first
	step := max((size.maxLag-size.minLag)/coarse, 1)
	best := search(past, size, size.minLag, size.maxLag, step, size.maxLag)
	if step == 1 {
		return best
	}
	from, to := max(best-step+1, size.minLag), min(best+step-1, size.maxLag)
	return search(past, size, from, to, 1, best)
}

// search tries lags with every step-th sample; it gives otherwise where none
// of them is any good, as in silence.
func search(past []int16, size sizes, from, to, step, otherwise int) int {
	best, bestLag := 0.0, otherwise
	for lag := from; lag <= to; lag += step {
		if s := likeness(past, lag, size.match, step); s > best {
			best, bestLag = s, lag
		}
	}
	return bestLag
}

// likeness compares the last match samples with those lag before: the higher,
// the more alike; 0 where they are not.
func likeness(past []int16, lag, match, step int) float64 {
	end := past[len(past)-match:]
	earlier := past[len(past)-match-lag:][:match]
	var cross, energy int64
	for i := 0; i < match; i += step {
		e := int64(earlier[i])
		cross += int64(end[i]) * e
		energy += e * e
	}
	if cross <= 0 {
		return 0
	}
	return float64(cross) * float64(cross) / float64(energy)
}
