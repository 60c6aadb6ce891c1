package term

import (
	"github.com/charmbracelet/lipgloss"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// Theme is how things look on one terminal.
type Theme struct {
	bold, dim, focus lipgloss.Style
	tones            map[screen.Tone]lipgloss.Style
	lamps            map[screen.LineState]lipgloss.Style
}

// NewTheme takes what the renderer's terminal can: none of it carries meaning
// that isn't in the text, too.
func NewTheme(r *lipgloss.Renderer) Theme {
	colour := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	plain := r.NewStyle()
	return Theme{
		bold: plain.Bold(true), dim: plain.Faint(true), focus: plain.Reverse(true),
		tones: map[screen.Tone]lipgloss.Style{screen.Plain: plain, screen.Dim: plain, screen.Good: colour("2"),
			screen.Bad: colour("9"), screen.Warn: colour("3"), screen.Accent: colour("6")},
		lamps: map[screen.LineState]lipgloss.Style{screen.LineUp: colour("2"), screen.LineTrying: colour("3"),
			screen.LineDown: colour("9"), screen.LineDirect: colour("6")},
	}
}
