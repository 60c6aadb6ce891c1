//go:build linux

package main

import (
	"context"
	"time"

	"github.com/imsphone/imsphone/cmd/peertest"
)

// A subject is a phone that is measured. start gives its process and the URI
// for direct calls.
type subject struct {
	name  string
	start func(context.Context, *peertest.Host, setup) (*peertest.Process, string, error)
}

// A setup says what a subject is measured at. It always answers calls at once.
type setup struct {
	registrar string        // URI of the registrar's address; "" is none
	tone      time.Duration // how much sound the microphone needs to have
}

const (
	domain   = "lab.test"
	user     = "alice"
	password = "wonderland"
)

func imsphone(binary string) subject {
	return subject{"imsphone", func(ctx context.Context, h *peertest.Host, at setup) (*peertest.Process, string, error) {
		c := peertest.PhoneConfig{Binary: binary, User: user, Codec: "PCMU", Tone: 440, Bare: true, AutoAnswer: true}
		if at.registrar != "" {
			c.Domain, c.Password, c.Proxy, c.Transport = domain, password, at.registrar, "udp"
		}
		p, err := peertest.StartPhone(ctx, h, c)
		if err != nil {
			return nil, "", err
		}
		return p.Process, p.URI(), nil
	}}
}

func baresipSubject() subject {
	return subject{"baresip", func(ctx context.Context, h *peertest.Host, at setup) (*peertest.Process, string, error) {
		c := peertest.BaresipConfig{User: user, Codec: "PCMU/8000/1", Tone: 440, Bare: true, Answer: "auto", Length: at.tone}
		if at.registrar != "" {
			c.Domain, c.Password, c.Proxy = domain, password, at.registrar
		}
		b, err := peertest.StartBaresip(ctx, h, c)
		if err != nil {
			return nil, "", err
		}
		return b.Process, b.URI(), nil
	}}
}
