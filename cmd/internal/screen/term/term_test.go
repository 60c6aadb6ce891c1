package term

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
	"github.com/imsphone/imsphone/protocol/call"
)

var update = flag.Bool("update", false, "write the golden texts anew")

// mono is a terminal without colours.
func mono() Theme { return NewTheme(lipgloss.NewRenderer(io.Discard)) }

// TestGolden compares every scene on the smallest terminal and on a usual one,
// and holds that no line is too long and no page too high.
func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{40, 15}, {80, 24}} {
		var got strings.Builder
		for _, s := range screentest.Scenes() {
			text := Render(s.With(screen.Config{Size: shape, Keyed: true}).View(), size[0], size[1], mono())
			lines := strings.Split(text, "\n")
			for _, l := range lines {
				if lipgloss.Width(l) > size[0] {
					t.Errorf("%s: %q is %d columns wide", s.Name, l, lipgloss.Width(l))
				}
			}
			if len(lines) != size[1] {
				t.Errorf("%s has %d lines", s.Name, len(lines))
			}
			fmt.Fprintf(&got, "=== %s\n%s\n", s.Name, text)
		}
		compare(t, fmt.Sprintf("%dx%d.txt", size[0], size[1]), got.String())
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// phone notes what is asked of it.
type phone struct {
	status actors.Status
	asked  []string
	err    error
}

func (p *phone) Do(_ context.Context, c screen.Command) (screen.Answer, error) {
	p.asked = append(p.asked, strings.TrimSpace(c.Name+" "+c.URI+c.Call+c.Digits))
	return screen.Answer{}, p.err
}

func (p *phone) Status(context.Context) (actors.Status, error) { return p.status, nil }

// play feeds messages, and performs all that comes of them but waiting.
func play(t *testing.T, m *Model, msgs ...tea.Msg) {
	t.Helper()
	for _, msg := range msgs {
		_, cmd := m.Update(msg)
		run(t, m, cmd)
	}
}

func run(t *testing.T, m *Model, cmd tea.Cmd) {
	t.Helper()
	if cmd == nil {
		return
	}
	msg := cmd()
	if list := reflect.ValueOf(msg); list.IsValid() && list.Kind() == reflect.Slice { // a batch, or a sequence
		for i := range list.Len() {
			if c, ok := list.Index(i).Interface().(tea.Cmd); ok {
				run(t, m, c)
			}
		}
		return
	}
	play(t, m, msg)
}

func typed(s string) tea.Msg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)} }

// TestModel writes a number, calls it, and reads why that failed.
func TestModel(t *testing.T) {
	p := &phone{status: screentest.Phone().Status, err: errors.New("there is no way")}
	m := quick(p)
	run(t, m, m.Init())
	play(t, m, tea.WindowSizeMsg{Width: 40, Height: 15}, typed("bob@example.net"), tea.KeyMsg{Type: tea.KeyBackspace})
	if !strings.Contains(m.View(), "bob@example.ne\n") {
		t.Errorf("it shows\n%s", m.View())
	}
	play(t, m, tea.KeyMsg{Type: tea.KeyEnter})
	if !strings.Contains(m.View(), "there is no way") {
		t.Errorf("it shows\n%s", m.View())
	}
	if got := strings.Join(p.asked, ", "); got != "call bob@example.ne" {
		t.Errorf("it asked for %q", got)
	}
}

// quick is a model whose clock stands still, and which waits for nothing.
func quick(p Phone) *Model {
	m := New(p, mono(), func() time.Time { return screentest.Start })
	m.after = func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }
	return m
}

// TestNewsAreShown: an event of the phone leads to a look at its status.
func TestNewsAreShown(t *testing.T) {
	p := &phone{status: screentest.Phone().Status}
	m := quick(p)
	run(t, m, m.Init())
	p.status = screentest.Phone(screentest.Call("1", call.RingingIn, screentest.Bob, "Bob Baker")).Status
	play(t, m, screen.News{Event: actors.Event{Class: "call", Type: "incoming"}}, typed("a"))
	if got := strings.Join(p.asked, ", "); got != "answer 1" {
		t.Errorf("it asked for %q", got)
	}
}

// TestTicks: a tick that was overtaken does nothing.
func TestTicks(t *testing.T) {
	m := quick(&phone{})
	var asked []time.Duration
	m.after = func(d time.Duration, _ func(time.Time) tea.Msg) tea.Cmd {
		asked = append(asked, d)
		return nil
	}
	run(t, m, m.Init())
	play(t, m, tick{screentest.Start}, typed("1"), typed("2"))
	if len(asked) != 1 || asked[0] != 53*time.Second {
		t.Errorf("it waits for %v", asked)
	}
}

func TestQuit(t *testing.T) {
	m := New(&phone{}, mono(), func() time.Time { return screentest.Start })
	_, cmd := m.Update(tea.KeyMsg{Type: tea.KeyCtrlC})
	if cmd == nil {
		t.Fatal("it goes on")
	}
	if _, ok := cmd().(tea.QuitMsg); !ok {
		t.Error("it goes on")
	}
}
