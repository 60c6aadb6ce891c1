package lab_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/lab"
)

// root is the way from this package to the README.
var root = filepath.Join("..", "..", "..")

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeShowsFigures: the README's ladders are the golden ones, to the letter.
func TestReadmeShowsFigures(t *testing.T) {
	text := readme(t)
	for _, name := range []string{"figure1", "figure2", "figure3", "figure10"} {
		want, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(text, "<!-- "+name+" -->\n```\n")
		got, _, ok := strings.Cut(rest, "```\n<!-- /"+name+" -->\n")
		if !ok || got != string(want) {
			t.Errorf("%s: README.md has\n%s\nwant\n%s", name, got, want)
		}
	}
}

// standard is a row of the table of standards; held is one folder with tests.
var (
	standard = regexp.MustCompile(`(?m)^\| ((?:RFC|TS|G\.).*?) \| .* \| (done|partly|planned) \|(.*)\|$`)
	held     = regexp.MustCompile("`([a-z/0-9]+)`((?: (?:Test|Fuzz)\\w+)+)")
)

// TestReadmeNamesTests: a standard that is said to be done has tests, and each
// test that the table names is in the folder named.
func TestReadmeNamesTests(t *testing.T) {
	rows := standard.FindAllStringSubmatch(readme(t), -1)
	if len(rows) < 30 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	for _, row := range rows {
		folders := held.FindAllStringSubmatch(row[3], -1)
		if (len(folders) == 0) != (row[2] == "planned") {
			t.Errorf("%s is %s, with tests in %d folders", row[1], row[2], len(folders))
		}
		if left := strings.TrimSpace(held.ReplaceAllString(row[3], "")); left != "" {
			t.Errorf("%s: %q is no test", row[1], left)
		}
		for _, f := range folders {
			source := tests(t, f[1])
			for _, name := range strings.Fields(f[2]) {
				if !strings.Contains(source, "\nfunc "+name+"(") {
					t.Errorf("%s: there is no %s in %s", row[1], name, f[1])
				}
			}
		}
	}
}

// tests is the text of all test files of a folder.
func tests(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestReadmeNamesMisbehaviours: the table of what may go wrong has all of it.
func TestReadmeNamesMisbehaviours(t *testing.T) {
	_, table, _ := strings.Cut(readme(t), "| `--misbehave` |")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, m := range lab.Misbehaviours() {
		if !strings.Contains(table, "`"+m.String()+"`") {
			t.Errorf("%s is missing", m)
		}
	}
}
