package screen

import (
	"image"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Item is one thing at its place. Items are compared to find what has to be
// drawn anew.
type Item struct {
	Kind   ItemKind
	Rect   image.Rectangle
	Text   string
	Tone   Tone
	Size   TextSize
	Left   bool // the text begins at the left instead of being in the middle
	Wrap   bool
	Over   bool // it lies over a picture
	Level  int  // of quality, 1 to 5
	Button Button
	Bar    Bar
}

// ItemKind is what an item is.
type ItemKind uint8

// The kinds of items.
const (
	ItemText ItemKind = iota
	ItemBar
	ItemButton
	ItemKey
	ItemQuality
	ItemAvatar
	ItemPicture // the far end's
	ItemInset   // our own
	ItemShade
	ItemToast
	ItemAlarm // a background that can't be overlooked
)

// TextSize is how large a text is.
type TextSize uint8

// The sizes.
const (
	Small TextSize = iota
	Body
	Large
	Huge
)

// The grid, in units: the shorter side of the picture has 240 of them.
const (
	short     = 240
	barHeight = 24
	margin    = 6
	gap       = 4
	row       = 52 // a row of buttons
)

// heights of a line of text, in units.
var heights = [...]int{Small: 16, Body: 18, Large: 27, Huge: 36}

// Arrange places a view in a picture of that size, in pixels. The items are in
// the order in which they are drawn.
func Arrange(v View, size image.Point) []Item {
	a := &arranger{View: v, unit: max(1, min(size.X, size.Y)), size: size}
	switch {
	case v.Mode == Video:
		a.video()
	case len(v.Keypad) > 0 && size.X > size.Y:
		a.bar()
		a.wideKeypad()
	case len(v.Keypad) > 0:
		a.bar()
		a.tallKeypad()
	default:
		a.stack()
	}
	a.toast()
	return a.items
}

type arranger struct {
	View
	unit   int // the shorter side, in pixels
	size   image.Point
	items  []Item
	bottom int // where the buttons begin
}

// px turns units into pixels.
func (a *arranger) px(units int) int { return units * a.unit / short }

func (a *arranger) add(it Item) { a.items = append(a.items, it) }

func (a *arranger) bar() {
	a.add(Item{Kind: ItemBar, Rect: image.Rect(0, 0, a.size.X, a.px(barHeight)), Bar: a.Bar, Over: a.Mode == Video})
}

// stack has the text in the middle, and the buttons at the bottom.
func (a *arranger) stack() {
	if a.Mode == Refused {
		a.add(Item{Kind: ItemAlarm, Rect: image.Rectangle{Max: a.size}, Tone: Bad})
	}
	a.bar()
	rows := 0
	if a.Columns > 0 {
		rows = (len(a.Buttons) + a.Columns - 1) / a.Columns
	}
	a.bottom = a.size.Y - a.px(margin) - rows*a.px(row+gap) + a.px(gap)
	a.text(image.Rect(a.px(margin), a.px(barHeight), a.size.X-a.px(margin), a.bottom-a.px(gap)))
	a.grid(ItemButton, a.Buttons, image.Rect(a.px(margin), a.bottom, a.size.X-a.px(margin), a.size.Y-a.px(margin)), a.Columns)
}

// text places what there is to read in the middle of r.
func (a *arranger) text(r image.Rectangle) {
	parts := a.parts(r)
	height := 0
	for _, p := range parts {
		height += p.Rect.Dy()
	}
	y := r.Min.Y + max(0, r.Dy()-height)/2
	for _, p := range parts {
		h := p.Rect.Dy()
		p.Rect = image.Rect(r.Min.X, y, r.Max.X, min(y+h, r.Max.Y))
		if p.Kind == ItemAvatar {
			p.Rect = image.Rect((r.Min.X+r.Max.X-h)/2, y, (r.Min.X+r.Max.X-h)/2+h, y+h-a.px(gap))
		}
		a.add(p)
		y += h
	}
}

// parts are the lines of the text with their heights, at no place yet.
func (a *arranger) parts(r image.Rectangle) []Item {
	var list []Item
	line := func(it Item, units int) {
		it.Rect = image.Rect(0, 0, 0, a.px(units))
		list = append(list, it)
	}
	if r.Dy() >= a.px(140) && a.Mode >= Ended && a.Mode <= Waiting {
		line(Item{Kind: ItemAvatar, Text: initial(a.Title)}, 66)
	}
	if a.Above != "" {
		line(Item{Text: a.Above, Tone: a.aboveTone(), Size: Body}, heights[Body])
	}
	if a.Title != "" {
		line(Item{Text: a.Title, Size: Large}, heights[Large])
	}
	for _, l := range a.Below {
		line(Item{Text: l.Text, Tone: l.Tone, Size: Body}, heights[Body])
	}
	if a.Quality > 0 {
		line(Item{Kind: ItemQuality, Level: a.Quality}, 17)
	}
	if a.Text.Text != "" {
		used := 0
		for _, it := range list {
			used += it.Rect.Dy()
		}
		text := Item{Text: a.Text.Text, Tone: a.Text.Tone, Size: Body, Wrap: true, Left: a.Mode == Notice}
		if a.Mode == Refused {
			text.Size = Large
		}
		text.Rect = image.Rect(0, 0, 0, r.Dy()-used)
		list = append(list, text)
	}
	return list
}

// aboveTone is the colour of the word over the title.
func (a *arranger) aboveTone() Tone {
	switch a.Mode {
	case Incoming, Waiting:
		return Accent
	case Refused:
		return Plain
	}
	return Dim
}

// initial is what an avatar shows: a name's first letter; a number has none.
func initial(name string) string {
	if r, _ := utf8.DecodeRuneInString(name); unicode.IsLetter(r) {
		return string(unicode.ToUpper(r))
	}
	return ""
}

// grid places buttons in columns; a last row that isn't full takes the width.
func (a *arranger) grid(kind ItemKind, list []Button, r image.Rectangle, columns int) {
	if len(list) == 0 {
		return
	}
	rows := (len(list) + columns - 1) / columns
	for i, b := range list {
		y, inRow := i/columns, min(columns, len(list)-i/columns*columns)
		cell := image.Rect(
			slot(r.Min.X, r.Dx(), a.px(gap), i%columns, inRow), slot(r.Min.Y, r.Dy(), a.px(gap), y, rows),
			slot(r.Min.X, r.Dx(), a.px(gap), i%columns+1, inRow)-a.px(gap), slot(r.Min.Y, r.Dy(), a.px(gap), y+1, rows)-a.px(gap))
		a.add(Item{Kind: kind, Rect: cell, Button: b, Over: a.Mode == Video})
	}
}

// slot is where the i-th of n cells begins.
func slot(from, length, gap, i, n int) int { return from + (length+gap)*i/n }

// tallKeypad has number, keys and buttons one under the other.
func (a *arranger) tallKeypad() {
	left, right := a.px(margin), a.size.X-a.px(margin)
	a.bottom = a.size.Y - a.px(margin+row)
	keys := a.size.Y - a.px(margin+row+gap) - min(a.size.Y*168/320, a.px(220))
	top := a.px(barHeight)
	below := heights[Body] * len(a.Below)
	a.entry(image.Rect(left, top, right, keys-a.px(below)))
	for i, l := range a.Below {
		y := keys - a.px(below) + i*a.px(heights[Body])
		a.add(Item{Text: l.Text, Tone: l.Tone, Size: Small, Rect: image.Rect(left, y, right, y+a.px(heights[Body]-gap))})
	}
	a.grid(ItemKey, a.Keypad, image.Rect(left, keys, right, a.bottom-a.px(gap)), 3)
	a.grid(ItemButton, a.Buttons, image.Rect(left, a.bottom, right, a.size.Y-a.px(margin)), a.Columns)
}

// wideKeypad has the keys at the right, and the rest beside them.
func (a *arranger) wideKeypad() {
	left, middle, right := a.px(margin), a.size.X*43/100, a.size.X-a.px(margin)
	top, bottom := a.px(barHeight), a.size.Y-a.px(margin)
	a.bottom = bottom - len(a.Buttons)*a.px(40) + a.px(gap)
	a.entry(image.Rect(left, top, middle-a.px(margin), top+a.px(44)))
	y := top + a.px(44)
	for _, l := range a.Below {
		a.add(Item{Text: l.Text, Tone: l.Tone, Size: Small, Wrap: true, Rect: image.Rect(left, y, middle-a.px(margin), a.bottom-a.px(gap))})
	}
	a.grid(ItemButton, a.Buttons, image.Rect(left, a.bottom, middle-a.px(margin), bottom), 1)
	a.grid(ItemKey, a.Keypad, image.Rect(middle, top+a.px(2), right, bottom), 3)
}

func (a *arranger) entry(r image.Rectangle) {
	it := Item{Text: a.Title, Size: Huge, Rect: r}
	if a.Placeholder {
		it.Tone, it.Size = Dim, Body
	}
	a.add(it)
}

// video has the far end's picture everywhere, and the rest over it.
func (a *arranger) video() {
	a.add(Item{Kind: ItemPicture, Rect: image.Rectangle{Max: a.size}, Button: Button{Does: DoOverlay}})
	a.bottom = a.size.Y - a.px(margin+row)
	if a.Own {
		w := a.px(76)
		at := image.Pt(a.size.X-a.px(margin)-w, a.bottom-a.px(gap)-w*3/4)
		a.add(Item{Kind: ItemInset, Rect: image.Rectangle{Min: at, Max: at.Add(image.Pt(w, w*3/4))}})
	}
	if a.Bare {
		return
	}
	a.bar()
	top := a.px(barHeight)
	strip := image.Rect(0, top, a.size.X, top+a.px(heights[Body]))
	a.add(Item{Kind: ItemShade, Rect: strip})
	name := strings.TrimSuffix(a.Title+" · "+a.Above, " · ")
	a.add(Item{Text: name, Size: Small, Left: true, Over: true,
		Rect: image.Rect(a.px(margin), strip.Min.Y, a.size.X-a.px(44), strip.Max.Y-a.px(2))})
	if a.Quality > 0 {
		a.add(Item{Kind: ItemQuality, Level: a.Quality, Over: true,
			Rect: image.Rect(a.size.X-a.px(44), strip.Min.Y, a.size.X-a.px(margin), strip.Max.Y-a.px(2))})
	}
	a.grid(ItemButton, a.Buttons, image.Rect(a.px(margin), a.bottom, a.size.X-a.px(margin), a.size.Y-a.px(margin)), a.Columns)
}

func (a *arranger) toast() {
	if a.Toast == "" {
		return
	}
	top := a.px(barHeight)
	a.add(Item{Kind: ItemToast, Text: a.Toast, Size: Small, Wrap: true, Over: true,
		Rect: image.Rect(a.px(margin), top, a.size.X-a.px(margin), top+a.px(38))})
}
