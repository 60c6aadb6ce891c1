package call

import (
	"slices"
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

// maxRetries bounds how often one INVITE is sent again for 401, 407, 420, 421,
// 422 and 491.
const maxRetries = 5

// again sends the INVITE once more when the final response tells how to do
// better; false when it is the end.
func (c *Call) again(status int, m *sip.Message) bool {
	o := c.out
	if status/100 == 3 {
		return c.redirected(m)
	}
	if o.retries >= maxRetries {
		return false
	}
	o.retries++
	switch status {
	case 401, 407:
		if !c.authorize(m) {
			return false
		}
	case 420:
		// RFC 3261 §8.1.3.5: without what the far end doesn't know.
		if !o.reliable || !m.HasOption(sip.HUnsupported, "100rel") {
			return false
		}
		o.reliable = false
	case 421:
		if o.reliable || !m.HasOption(sip.HRequire, "100rel") {
			return false
		}
		o.reliable = true
	case 422:
		if !o.session.Raise(m) {
			return false
		}
	case 491:
		pause := 2100*time.Millisecond + time.Duration(c.random(191))*10*time.Millisecond
		c.at.Set(alarmRetry, c.after(pause))
		return true
	default:
		return false
	}
	c.invite()
	return true
}

// authorize answers a challenge (RFC 3261 §22.2, §22.3).
func (c *Call) authorize(m *sip.Message) bool {
	if c.cfg.Dialog.Authorize == nil {
		return false
	}
	uri, _, _ := dialog.Path(c.out.uri, c.cfg.Route)
	fields, ok := c.cfg.Dialog.Authorize(string(sip.INVITE), uri, c.out.offer, m)
	if ok {
		c.out.auth = fields
	}
	return ok
}

func (c *Call) random(n int) int {
	if c.cfg.Dialog.Random == nil {
		return n / 2
	}
	return c.cfg.Dialog.Random(n)
}

// redirects follow 3xx responses (RFC 3261 §8.1.3.4).
type redirects struct {
	followed int
	// tried are the URIs that the INVITE has gone to: none gets it twice.
	tried []string
}

// redirected sends the INVITE to the best new Contact of a 3xx.
func (c *Call) redirected(m *sip.Message) bool {
	r := &c.out.redirects
	if r.followed >= c.cfg.MaxRedirects {
		return false
	}
	for _, uri := range contactsByQ(m) {
		if slices.Contains(r.tried, uri) || !callable(uri) {
			continue
		}
		r.followed++
		r.tried = append(r.tried, uri)
		c.out.uri, c.out.auth = uri, nil
		c.tell(Forwarded{URI: uri})
		c.invite()
		return true
	}
	return false
}
