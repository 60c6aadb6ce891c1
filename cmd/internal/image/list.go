package image

import (
	"io/fs"
	"strings"
)

// readList reads lines of words; "#" begins a comment.
func readList(files fs.FS, name string) ([][]string, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var list [][]string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			list = append(list, words)
		}
	}
	return list, nil
}

// column gives the first word of each line.
func column(list [][]string) []string {
	var words []string
	for _, line := range list {
		words = append(words, line[0])
	}
	return words
}
