package screen

import "image"

// touch presses buttons: where the finger leaves the one that it came down on,
// that is done. The finger that makes light does no more.
func (c *Core) touch(e Touch, fx []Effect) []Effect {
	if c.dark {
		c.deaf = true
	}
	c.used, c.byKeys = c.now, false
	if c.deaf {
		c.deaf = e.Action != Up
		return fx
	}
	hit := hitTest(Arrange(c.View(), c.cfg.Size), e.At)
	switch {
	case e.Action == Down:
		c.pressed = hit
		if hit.does != Nothing && hit.does != DoOverlay {
			c.overlay = c.now.Add(overlayTime)
		}
	case e.Action == Held && hit != c.pressed:
		c.pressed = id{}
	case e.Action == Up:
		pressed := c.pressed
		c.pressed = id{}
		if hit == pressed && hit.does != Nothing {
			return c.press(hit, fx)
		}
	}
	return fx
}

// hitTest finds the button at a place: the last one that was drawn there.
func hitTest(items []Item, at image.Point) id {
	hit := id{}
	for _, it := range items {
		if it.Button.Does != Nothing && at.In(it.Rect) {
			hit = id{it.Button.Does, it.Button.Digit}
		}
	}
	return hit
}

// neighbour is the button next to the focus in an arrow's direction: of those
// that lie there, the one with the least distance, across counted double. Where
// there is none, it is the focus itself.
func neighbour(items []Item, focus id, arrow KeyCode) id {
	from, ok := place(items, focus)
	if !ok {
		return focus
	}
	best, least := focus, 0
	for _, it := range items {
		if it.Button.Does == Nothing || it.Kind == ItemPicture {
			continue
		}
		along, across := distance(centre(it.Rect).Sub(from), arrow)
		if along > 0 && (best == focus || along+2*across < least) {
			best, least = id{it.Button.Does, it.Button.Digit}, along+2*across
		}
	}
	return best
}

func place(items []Item, b id) (image.Point, bool) {
	for _, it := range items {
		if (id{it.Button.Does, it.Button.Digit}) == b && b.does != Nothing {
			return centre(it.Rect), true
		}
	}
	return image.Point{}, false
}

func centre(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

// distance is how far d goes in an arrow's direction, and how far across it.
func distance(d image.Point, arrow KeyCode) (along, across int) {
	switch arrow {
	case UpKey:
		return -d.Y, abs(d.X)
	case DownKey:
		return d.Y, abs(d.X)
	case LeftKey:
		return -d.X, abs(d.Y)
	case RightKey:
		return d.X, abs(d.Y)
	}
	return 0, 0
}

func abs(n int) int { return max(n, -n) }
