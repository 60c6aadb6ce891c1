package audio

func openCardSource(cfg Config) (source, error) {
	s, err := newCardSource(cfg, openALSA)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openCardSink(cfg Config) (sink, error) {
	s, err := newCardSink(cfg, openALSA)
	if err != nil {
		return nil, err
	}
	return s, nil
}
