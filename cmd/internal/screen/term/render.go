package term

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// Render draws a view into width columns and at most height lines.
func Render(v screen.View, width, height int, t Theme) string {
	p := &page{Theme: t, width: max(width, 20)}
	p.bar(v.Bar)
	p.body(v)
	p.keypad(v.Keypad)
	p.buttons(v.Buttons, max(1, v.Columns))
	p.foot(v, max(height, 8))
	return strings.Join(p.lines, "\n")
}

// page is a view while it is drawn.
type page struct {
	Theme
	width int
	lines []string
}

func (p *page) add(line string) { p.lines = append(p.lines, line) }

func (p *page) rule() { p.add(p.dim.Render(strings.Repeat("─", p.width))) }

// centred adds a line in the middle, elided where it is too long.
func (p *page) centred(style lipgloss.Style, text string) {
	text = elide(text, p.width)
	p.add(strings.Repeat(" ", (p.width-lipgloss.Width(text))/2) + style.Render(text))
}

// bar has the line at the left, and signs and the clock at the right.
func (p *page) bar(b screen.Bar) {
	words := map[screen.LineState]string{screen.LineUp: "up", screen.LineTrying: "registering", screen.LineDown: "not registered",
		screen.LineDirect: "direct"}
	var right []string
	if b.Muted {
		right = append(right, p.tones[screen.Warn].Render("muted"))
	}
	if b.Silent {
		right = append(right, p.tones[screen.Bad].Render("no sound"))
	}
	if w := words[b.State]; w != "" {
		right = append(right, p.lamps[b.State].Render(w))
	}
	if b.Offline {
		right = append(right, p.tones[screen.Bad].Render("no network"))
	}
	if b.Signal > 0 {
		right = append(right, p.signal(b.Signal))
	}
	right = append(right, b.Clock)
	end := strings.Join(right, " ")
	left := elide(b.Line, p.width-lipgloss.Width(end)-1)
	p.add(left + strings.Repeat(" ", max(1, p.width-lipgloss.Width(left)-lipgloss.Width(end))) + end)
	p.rule()
}

// signal is four bars, of which some are lit.
func (p *page) signal(lit int) string {
	bars := []rune("▂▄▆█")
	return string(bars[:lit]) + p.dim.Render(string(bars[lit:]))
}

// body is what there is to read.
func (p *page) body(v screen.View) {
	if v.Above != "" {
		p.centred(p.tones[screen.Accent], v.Above)
	}
	title := p.bold
	if v.Placeholder {
		title = p.dim
	}
	if v.Title != "" {
		p.centred(title, v.Title)
	}
	for _, l := range v.Below {
		p.centred(p.tones[l.Tone], l.Text)
	}
	if v.Quality > 0 {
		p.centred(p.tones[screen.Plain], "quality "+strings.Repeat("■", v.Quality)+strings.Repeat("·", 5-v.Quality))
	}
	for _, l := range wrap(v.Text.Text, p.width) {
		p.add(p.tones[v.Text.Tone].Render(l))
	}
	p.add("")
}

func (p *page) keypad(keys []screen.Button) {
	for i := 0; i+3 <= len(keys); i += 3 {
		var row strings.Builder
		for _, k := range keys[i : i+3] {
			row.WriteString(" " + p.mark(k, k.Label) + " ")
		}
		p.add(strings.Repeat(" ", (p.width-lipgloss.Width(row.String()))/2) + row.String())
	}
}

// buttons are in columns of the same width; the one with the focus is in
// brackets.
func (p *page) buttons(list []screen.Button, columns int) {
	wide := 0
	for _, b := range list {
		b.On = true // a button stays as wide as it was
		wide = max(wide, lipgloss.Width(caption(b))+2)
	}
	for columns > 1 && columns*(wide+1) > p.width {
		columns--
	}
	for i := 0; i < len(list); i += columns {
		var row strings.Builder
		for _, b := range list[i:min(i+columns, len(list))] {
			text := caption(b)
			row.WriteString(p.mark(b, text) + strings.Repeat(" ", wide-lipgloss.Width(text)-1))
		}
		p.add(strings.Repeat(" ", max(0, p.width-columns*(wide+1))/2) + strings.TrimRight(row.String(), " "))
	}
}

// caption is a button's label with the key that presses it.
func caption(b screen.Button) string {
	s := b.Label
	if b.Shortcut != 0 {
		s = string(b.Shortcut) + " " + s
	}
	if b.On {
		s += " ✓"
	}
	return s
}

// mark puts the focus around a text.
func (p *page) mark(b screen.Button, text string) string {
	if b.Focus {
		return p.focus.Render("[" + text + "]")
	}
	return " " + p.tones[b.Tone].Render(text) + " "
}

// foot is the last line: news, or what the keys do. Where the page is too long
// for the terminal, what is above gives way.
func (p *page) foot(v screen.View, height int) {
	last := p.dim.Render(elide("Enter "+focused(v)+" · Esc back · ^E end · ^C quit", p.width))
	if v.Toast != "" {
		last = p.tones[screen.Warn].Render(elide(v.Toast, p.width))
	}
	if over := len(p.lines) + 1 - height; over > 0 {
		p.lines = append(p.lines[:2], p.lines[min(2+over, len(p.lines)):]...)
	}
	for len(p.lines) < height-1 {
		p.add("")
	}
	p.add(last)
}

func focused(v screen.View) string {
	for _, list := range [][]screen.Button{v.Buttons, v.Keypad} {
		for _, b := range list {
			if b.Focus {
				return b.Label
			}
		}
	}
	return "-"
}

// elide shortens a text to that many columns.
func elide(s string, columns int) string {
	if lipgloss.Width(s) <= columns {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if lipgloss.Width(b.String()+string(r))+1 > columns {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// wrap breaks a text into lines at its spaces.
func wrap(s string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = elide(word, columns)
		case lipgloss.Width(line)+1+lipgloss.Width(word) <= columns:
			line += " " + word
		default:
			lines, line = append(lines, line), elide(word, columns)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
