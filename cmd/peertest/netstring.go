package peertest

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// longestNetstring bounds what a peer may make this side allocate.
const longestNetstring = 1 << 20

// writeNetstring sends text framed as LENGTH:TEXT, (a netstring), which is how
// baresip's ctrl_tcp frames its JSON.
func writeNetstring(w io.Writer, text []byte) error {
	_, err := fmt.Fprintf(w, "%d:%s,", len(text), text)
	return err
}

// readNetstring reads one netstring.
func readNetstring(r *bufio.Reader) ([]byte, error) {
	head, err := r.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(head[:len(head)-1])
	if err != nil || n < 0 || n > longestNetstring {
		return nil, fmt.Errorf("netstring length %q", head)
	}
	text := make([]byte, n+1)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	if text[n] != ',' {
		return nil, fmt.Errorf("netstring ends with %q, not a comma", text[n])
	}
	return text[:n], nil
}
