package main

import (
	"bufio"
	"errors"
	"net/netip"
	"os"

	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/protocol/pcap"
	"github.com/imsphone/imsphone/protocol/transport"
)

// writeCapture writes messages as a capture file for the user alone: they tell who
// called whom. Proofs of secrets have been taken out of them already.
func writeCapture(path string, records []phone.Record) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	return errors.Join(capture(b, records), b.Flush(), f.Close())
}

func capture(b *bufio.Writer, records []phone.Record) error {
	w, err := pcap.NewWriter(b)
	if err != nil {
		return err
	}
	for _, r := range records {
		local, err1 := netip.ParseAddrPort(r.Local)
		remote, err2 := netip.ParseAddrPort(r.Remote)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		from, to := remote, local
		if r.Out {
			from, to = local, remote
		}
		proto, _ := transport.ParseProto(r.Proto)
		if err := w.Write(pcap.Packet{Time: r.Time, From: from, To: to, Proto: proto, Payload: []byte(r.Raw), Comment: r.Account}); err != nil {
			return err
		}
	}
	return nil
}
