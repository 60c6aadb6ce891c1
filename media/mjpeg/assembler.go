package mjpeg

// Assembler puts images together from packets that may be lost, doubled or
// reordered. Two images at a time may be incomplete: packets of one overtake
// those of the one before. Images come out in order; one that isn't complete by
// the time that a later one is, is dropped and counted. The zero value is ready.
type Assembler struct {
	now, before assembly // the newer and the older image
	tables      tables   // of the last image
	cache       map[uint8]*tables
	header      []byte
	fragment    fragment
	done        uint32 // RTP time of the last image that is over
	begun       bool

	// Dropped counts images that never became complete.
	Dropped uint64
}

// assembly is an image that is being put together.
type assembly struct {
	active  bool
	stamp   uint32
	format  format
	own     bool // with tables of its own in tables
	tables  tables
	buf     []byte // headerRoom, then the data
	end     int    // of the data, 0 while the last packet is missing
	filled  int    // bytes of data
	missing bool   // the first packet hasn't come
	base    uint16 // the sequence number that seen counts from
	seen    [maxPackets / 64]uint64
}

const (
	// maxScan bounds an image's data: a full HD image of good quality has half
	// of it.
	maxScan = 1 << 20
	// maxPackets bounds the packets of one image.
	maxPackets = 2048
)

// Push takes the payload of an RTP packet: its sequence number, timestamp and
// marker, which ends an image. It gives the image that this completes, nil while
// none is complete; its memory is the Assembler's until the next Push. An error
// is about this packet alone.
func (a *Assembler) Push(seq uint16, stamp uint32, marker bool, payload []byte) ([]byte, error) {
	f := &a.fragment
	if err := f.parse(payload); err != nil {
		return nil, err
	}
	if f.offset+len(f.data) > maxScan {
		return nil, malformed("an image of more than %d bytes", maxScan)
	}
	image := a.find(stamp)
	if image == nil {
		return nil, nil // too late
	}
	if err := image.add(seq, stamp, marker, f); err != nil || !image.complete() {
		return nil, err
	}
	return a.finish(image)
}

// find gives the assembly of a timestamp, nil where that is over.
func (a *Assembler) find(stamp uint32) *assembly {
	switch {
	case a.now.active && a.now.stamp == stamp:
		return &a.now
	case a.before.active && a.before.stamp == stamp:
		return &a.before
	case a.begun && int32(stamp-a.done) <= 0 && int32(a.done-stamp) < lateTicks:
		return nil
	case a.now.active && int32(stamp-a.now.stamp) < 0 && int32(a.now.stamp-stamp) < lateTicks:
		if a.before.active {
			return nil // a third one: it can't become complete in time
		}
		return &a.before
	}
	if a.now.active {
		a.drop(&a.before)
		a.now, a.before = a.before, a.now
	}
	return &a.now
}

// lateTicks is how far a packet may be behind and still belong to the past, in
// units of 90 kHz: 10 s. Beyond that the timestamps have begun anew.
const lateTicks = 900_000

func (a *Assembler) drop(image *assembly) {
	if image.active {
		image.active = false
		a.Dropped++
	}
}

// Reset forgets what is incomplete, for a stream that begins anew.
func (a *Assembler) Reset() {
	a.now.active, a.before.active, a.begun = false, false, false
}

// add takes a fragment.
func (m *assembly) add(seq uint16, stamp uint32, marker bool, f *fragment) error {
	if !m.active {
		m.begin(seq, stamp, f.format)
	}
	if m.format != f.format {
		return malformed("the packets of an image differ in their headers")
	}
	if !m.first(seq) {
		return nil
	}
	if f.offset == 0 {
		m.missing = false
		if f.own != nil {
			m.own = true
			copy(m.tables[:], f.own)
			copy(m.tables[tableSize:], f.own[len(f.own)-tableSize:])
		}
	}
	end := f.offset + len(f.data)
	m.grow(headerRoom + end)
	copy(m.buf[headerRoom+f.offset:], f.data)
	m.filled += len(f.data)
	if marker {
		m.end = end
	}
	return nil
}

func (m *assembly) begin(seq uint16, stamp uint32, f format) {
	m.active, m.stamp, m.format = true, stamp, f
	m.own, m.missing, m.end, m.filled = false, true, 0, 0
	m.base, m.seen = seq-maxPackets/2, [maxPackets / 64]uint64{}
}

// first tells whether a sequence number comes for the first time, and may belong
// to the image.
func (m *assembly) first(seq uint16) bool {
	at := seq - m.base
	if at >= maxPackets || m.seen[at/64]>>(at%64)&1 != 0 {
		return false
	}
	m.seen[at/64] |= 1 << (at % 64)
	return true
}

func (m *assembly) grow(size int) {
	if size > cap(m.buf) {
		bigger := make([]byte, size, max(size+size/2, headerRoom+32<<10))
		copy(bigger, m.buf)
		m.buf = bigger
	}
	m.buf = m.buf[:max(size, len(m.buf))]
}

func (m *assembly) complete() bool { return m.end != 0 && !m.missing && m.filled == m.end }

// finish makes JPEG of a complete image.
func (a *Assembler) finish(image *assembly) ([]byte, error) {
	image.active = false
	a.done, a.begun = image.stamp, true
	if image == &a.now {
		a.drop(&a.before)
	}
	t, err := a.tablesOf(image)
	if err != nil {
		a.Dropped++
		return nil, err
	}
	a.header = appendHeader(a.header[:0], image.format, t)
	start := headerRoom - len(a.header)
	copy(image.buf[start:], a.header)
	end := headerRoom + image.end
	image.buf = append(image.buf[:end], 0xFF, markEOI)
	return image.buf[start:], nil
}

// tablesOf finds the quantisation tables of an image.
func (a *Assembler) tablesOf(image *assembly) (*tables, error) {
	q := image.format.q
	switch {
	case q <= maxQuality:
		a.tables.scaled(q)
		return &a.tables, nil
	case q == everyFrame:
		return &image.tables, nil
	case image.own:
		a.keep(q, &image.tables)
		return &image.tables, nil
	case a.cache[q] == nil:
		return nil, malformed("the quantisation tables of Q %d never came", q)
	}
	return a.cache[q], nil
}

// keep remembers tables for images that come without.
func (a *Assembler) keep(q uint8, t *tables) {
	if a.cache == nil {
		a.cache = make(map[uint8]*tables)
	}
	if a.cache[q] == nil {
		a.cache[q] = new(tables)
	}
	*a.cache[q] = *t
}
