package sdp

import "strconv"

// String gives the description as text.
func (s *Session) String() string { return string(s.Append(nil)) }

// Append writes the description to dst with CRLF line ends. It writes one c=
// line for the session, and another one for every stream that lives elsewhere.
// Control characters in text are left out.
func (s *Session) Append(dst []byte) []byte {
	dst = append(dst, "v=0\r\n"...)
	dst = s.Origin.append(dst)
	dst = appendLine(dst, "s=", orDash(s.Name))
	if s.URI != "" {
		dst = appendLine(dst, "u=", s.URI)
	}
	shared := s.connection()
	if shared != nil {
		dst = appendConnection(dst, shared.Addr, shared.Host)
	}
	dst = appendBandwidth(dst, s.Bandwidth)
	dst = append(dst, "t="...)
	dst = strconv.AppendUint(dst, s.Start, 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, s.Stop, 10)
	dst = append(dst, "\r\n"...)
	dst = appendAttributes(dst, s.Attributes)
	for i := range s.Media {
		m := &s.Media[i]
		own := !m.Rejected() && (m.Addr != shared.Addr || m.Host != shared.Host)
		dst = m.append(dst, own)
	}
	return dst
}

// connection gives the first stream with an address, whose c= line serves the
// session; nil for none.
func (s *Session) connection() *Media {
	for i := range s.Media {
		if m := &s.Media[i]; !m.Rejected() {
			return m
		}
	}
	return nil
}

func (o *Origin) append(dst []byte) []byte {
	dst = append(dst, "o="...)
	dst = appendWord(dst, orDash(o.Username))
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, o.ID, 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, o.Version, 10)
	dst = append(dst, ' ')
	dst = appendAddress(dst, o.Addr, o.Host)
	return append(dst, "\r\n"...)
}

func (m *Media) append(dst []byte, ownConnection bool) []byte {
	dst = append(dst, "m="...)
	dst = appendWord(dst, m.Kind)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, uint64(m.Port), 10)
	dst = append(dst, ' ')
	dst = appendWord(dst, m.Proto)
	dst = m.appendFormats(dst)
	dst = append(dst, "\r\n"...)
	if ownConnection {
		dst = appendConnection(dst, m.Addr, m.Host)
	}
	dst = appendBandwidth(dst, m.Bandwidth)
	for _, c := range m.Codecs {
		dst = c.append(dst)
	}
	dst = appendPtime(dst, "a=ptime:", m.Ptime)
	dst = appendPtime(dst, "a=maxptime:", m.MaxPtime)
	dst = m.appendRTCP(dst)
	if m.RTP() || m.Direction != SendRecv {
		dst = appendLine(dst, "a=", m.Direction.String())
	}
	return appendAttributes(dst, m.Attributes)
}

func (m *Media) appendFormats(dst []byte) []byte {
	for _, c := range m.Codecs {
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, uint64(c.PayloadType), 10)
	}
	for _, f := range m.Formats {
		dst = append(dst, ' ')
		dst = appendWord(dst, f)
	}
	if len(m.Codecs)+len(m.Formats) == 0 {
		dst = append(dst, " 0"...) // the grammar wants one format at least
	}
	return dst
}

func (c *Codec) append(dst []byte) []byte {
	if c.Name != "" {
		dst = append(dst, "a=rtpmap:"...)
		dst = strconv.AppendUint(dst, uint64(c.PayloadType), 10)
		dst = append(dst, ' ')
		dst = appendWord(dst, c.Name)
		dst = append(dst, '/')
		dst = strconv.AppendInt(dst, int64(c.ClockRate), 10)
		if c.Channels > 1 {
			dst = append(dst, '/')
			dst = strconv.AppendInt(dst, int64(c.Channels), 10)
		}
		dst = append(dst, "\r\n"...)
	}
	if c.Fmtp == "" {
		return dst
	}
	dst = append(dst, "a=fmtp:"...)
	dst = strconv.AppendUint(dst, uint64(c.PayloadType), 10)
	return appendLine(dst, " ", c.Fmtp)
}

func (m *Media) appendRTCP(dst []byte) []byte {
	if m.RTCP.Port() != 0 {
		dst = append(dst, "a=rtcp:"...)
		dst = strconv.AppendUint(dst, uint64(m.RTCP.Port()), 10)
		if m.RTCP.Addr() != m.Addr {
			dst = append(dst, ' ')
			dst = appendAddress(dst, m.RTCP.Addr(), "")
		}
		dst = append(dst, "\r\n"...)
	}
	if m.RTCPMux {
		dst = append(dst, "a=rtcp-mux\r\n"...)
	}
	return dst
}
