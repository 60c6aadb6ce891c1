package link

import "time"

// news says what happened, as bits.
type news uint8

const (
	// look: something may have changed.
	look news = 1 << iota
	// certain: something has changed, whatever a look finds.
	certain
	// resumed: the machine has slept.
	resumed
)

const (
	// quiet is how long nothing must happen before a burst is told of: the steps
	// of joining a network follow each other faster.
	quiet = 300 * time.Millisecond
	// longest is how long a burst is waited out.
	longest = 2 * time.Second
)

// burst gathers the news that come in a row. The zero value has none.
type burst struct {
	news        news
	first, last time.Time
}

// add takes news of the time now.
func (b *burst) add(n news, now time.Time) {
	if b.news == 0 {
		b.first = now
	}
	b.news |= n
	b.last = now
}

// due is when the burst is over, if nothing more happens.
func (b *burst) due() time.Time {
	end, limit := b.last.Add(quiet), b.first.Add(longest)
	if limit.Before(end) {
		return limit
	}
	return end
}

// take gives the gathered news and starts anew.
func (b *burst) take() news {
	n := b.news
	*b = burst{}
	return n
}
