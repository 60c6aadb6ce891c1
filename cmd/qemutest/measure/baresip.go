package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// dialBaresip lets baresip call, by its control port: netstrings of JSON.
func dialBaresip(uri string) error {
	conn, err := net.DialTimeout("tcp", "127.0.0.1:4444", settle)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(settle))
	text, err := json.Marshal(map[string]string{"command": "dial", "params": uri})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "%d:%s,", len(text), text); err != nil {
		return err
	}
	for r := bufio.NewReader(conn); ; {
		answer, err := readNetstring(r)
		if err != nil {
			return err
		}
		if strings.Contains(answer, `"response":true`) {
			if !strings.Contains(answer, `"ok":true`) {
				return fmt.Errorf("it doesn't dial: %s", answer)
			}
			return nil
		}
	}
}

func readNetstring(r *bufio.Reader) (string, error) {
	size, err := r.ReadString(':')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, ":"))
	if err != nil {
		return "", err
	}
	b := make([]byte, n+1) // and a comma
	_, err = io.ReadFull(r, b)
	return string(b), err
}
