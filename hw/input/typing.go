package input

// Keyboards says whose the keyboards are that write letters, those included that
// come later. While they are the phone's, nobody else hears them; else the phone
// doesn't, as at first: what is typed is meant for whoever has the screen, and a
// password isn't to be dialled. With [Config.Grab] they are the phone's all the
// time.
//
// [Plugged] and [Unplugged] tell of them as if they came and went, and
// [Set.Devices] which another program has taken for itself.
func (s *Set) Keyboards(ours bool) {
	s.mu.Lock()
	changed := s.cfg.typed != ours
	s.cfg.typed = ours
	for _, d := range s.devices {
		if d.file != nil && !s.cfg.hears(&d.decoder.caps) {
			_ = d.close() // which ends its reader; that lets go of what is pressed
		}
	}
	s.mu.Unlock()
	if changed && ours {
		s.scan()
	}
}

// hears tells whether a device is heard.
func (c *Config) hears(of *caps) bool { return c.Grab || c.typed || !of.letters() }

// takes tells whether a device that is heard is taken for the phone alone.
func (c *Config) takes(of *caps) bool { return c.Grab || of.letters() }
