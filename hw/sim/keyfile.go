package sim

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// maxKeyFile is more bytes than a file of keys has.
const maxKeyFile = 16 << 10

// LoadKeys reads a subscriber's secrets from a file of lines such as
//
//	# of the card in the drawer
//	k = 00112233445566778899aabbccddeeff
//	opc = 00112233445566778899aabbccddeeff
//
// with the names k, op, opc, top, topc, res_bits and iterations. A file that
// anyone may read or change is refused; of one that a group may, warning tells.
// Errors name the line and never what it holds.
func LoadKeys(path string) (keys Keys, warning string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return Keys{}, "", fmt.Errorf("file of the SIM's keys: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Keys{}, "", fmt.Errorf("file of the SIM's keys: %w", err)
	}
	mode := info.Mode()
	switch {
	case !mode.IsRegular():
		return Keys{}, "", fmt.Errorf("%s is no file: give the file of the SIM's keys", path)
	case mode.Perm()&0o007 != 0:
		return Keys{}, "", fmt.Errorf("%s holds keys and is open to everybody (mode %04o): chmod 600 it, and have the card replaced if others use this machine", path, mode.Perm())
	case mode.Perm()&0o070 != 0:
		warning = fmt.Sprintf("%s holds keys and is open to its group (mode %04o): chmod 600 it unless that is meant", path, mode.Perm())
	}
	content, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return Keys{}, "", fmt.Errorf("file of the SIM's keys: %w", err)
	}
	keys, err = parseKeys(content)
	if err != nil {
		return Keys{}, "", fmt.Errorf("%s: %w", path, err)
	}
	return keys, warning, nil
}

// parseKeys reads the lines of such a file.
func parseKeys(content []byte) (Keys, error) {
	if len(content) > maxKeyFile {
		return Keys{}, fmt.Errorf("it has more than %d bytes: that is no file of keys", maxKeyFile)
	}
	var keys Keys
	seen := map[string]bool{}
	// Editors of Windows begin UTF-8 with a mark.
	text := strings.TrimPrefix(string(content), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.Trim(strings.TrimSpace(value), `"`)
		if !ok || value == "" {
			return Keys{}, fmt.Errorf("line %d isn't of the form name = value", i+1)
		}
		if !keys.set(name, value) {
			return Keys{}, fmt.Errorf("line %d: not a name and value that are known here: k, op, opc, top and topc in hexadecimal, res_bits and iterations as numbers", i+1)
		}
		if seen[name] {
			return Keys{}, fmt.Errorf("line %d gives %s a second time", i+1, name)
		}
		seen[name] = true
	}
	return keys, nil
}

// set takes one line in; it tells whether there is such a name and value.
func (k *Keys) set(name, value string) bool {
	secrets := map[string]*Secret{"k": &k.K, "op": &k.OP, "opc": &k.OPc, "top": &k.TOP, "topc": &k.TOPc}
	if s := secrets[name]; s != nil {
		*s = NewSecret(value)
		return true
	}
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		return false
	case name == "res_bits":
		k.RESBits = n
	case name == "iterations":
		k.Iterations = n
	default:
		return false
	}
	return true
}
