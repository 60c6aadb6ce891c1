package term

import (
	"context"
	"image"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// Phone is what the model needs of a phone.
type Phone interface {
	// Do performs a command of the control socket.
	Do(ctx context.Context, c screen.Command) (screen.Answer, error)
	Status(ctx context.Context) (actors.Status, error)
}

// shape is the picture that the views are arranged in for the arrow keys: as
// upright as a terminal's text.
var shape = image.Pt(240, 320)

// Model is the phone's face as a program for a terminal. What the phone tells
// is sent to it as [screen.News].
type Model struct {
	core          *screen.Core
	phone         Phone
	theme         Theme
	now           func() time.Time
	width, height int
	next          time.Time // when the waiting tick comes
	after         func(time.Duration, func(time.Time) tea.Msg) tea.Cmd
}

// New gives the face of a phone.
func New(phone Phone, theme Theme, now func() time.Time) *Model {
	return &Model{core: screen.New(screen.Config{Size: shape, Keyed: true}), phone: phone, theme: theme, now: now,
		width: 80, height: 24, after: tea.Tick}
}

// tick is a time that the core asked for.
type tick struct{ at time.Time }

// Init begins with a look at the phone.
func (m *Model) Init() tea.Cmd { return m.step(screen.Tick{}) }

// Update takes keys, sizes, and what the phone tells.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyMsg:
		if msg.Type == tea.KeyCtrlC {
			return m, tea.Quit
		}
		return m, m.step(keys(msg)...)
	case tick:
		if msg.at.Equal(m.next) {
			m.next = time.Time{}
			return m, m.step(screen.Tick{})
		}
	case screen.Event:
		return m, m.step(msg)
	}
	return m, nil
}

// View draws what the core shows.
func (m *Model) View() string { return Render(m.core.View(), m.width, m.height, m.theme) }

// step tells the core, and makes commands of its effects, in their order.
func (m *Model) step(events ...screen.Event) tea.Cmd {
	var todo []tea.Cmd
	for _, e := range events {
		for _, effect := range m.core.Step(m.now(), e, nil) {
			switch effect := effect.(type) {
			case screen.Command:
				todo = append(todo, m.command(effect))
			case screen.Refresh:
				todo = append(todo, m.refresh)
			}
		}
	}
	return tea.Batch(tea.Sequence(todo...), m.wait())
}

// commandTime bounds one command.
const commandTime = 30 * time.Second

func (m *Model) command(c screen.Command) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), commandTime)
		defer cancel()
		answer, err := m.phone.Do(ctx, c)
		return screen.Answered{Command: c, Answer: answer, Err: err}
	}
}

// refresh asks for the status. Where the phone doesn't answer, its events end,
// too, which ends the program.
func (m *Model) refresh() tea.Msg {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	s, err := m.phone.Status(ctx)
	if err != nil {
		return nil
	}
	return screen.Status{Status: s}
}

// wait has the core told when its time has come.
func (m *Model) wait() tea.Cmd {
	next := m.core.Next()
	if next.IsZero() || next.Equal(m.next) {
		return nil
	}
	m.next = next
	return m.after(max(0, next.Sub(m.now())), func(time.Time) tea.Msg { return tick{next} })
}

// keys are a terminal's keys as those of a phone.
func keys(msg tea.KeyMsg) []screen.Event {
	code, ok := map[tea.KeyType]screen.KeyCode{
		tea.KeyEnter: screen.OK, tea.KeyEsc: screen.Back, tea.KeyBackspace: screen.Erase, tea.KeyCtrlE: screen.EndKey,
		tea.KeyUp: screen.UpKey, tea.KeyDown: screen.DownKey, tea.KeyLeft: screen.LeftKey, tea.KeyRight: screen.RightKey,
		tea.KeyTab: screen.RightKey, tea.KeyShiftTab: screen.LeftKey, tea.KeyPgUp: screen.VolumeUp, tea.KeyPgDown: screen.VolumeDown,
	}[msg.Type]
	if ok {
		return []screen.Event{screen.Key{Code: code}}
	}
	var list []screen.Event
	if msg.Type == tea.KeyRunes {
		for _, r := range msg.Runes {
			list = append(list, screen.Key{Code: screen.Char, Rune: r})
		}
	}
	return list
}
