package phone

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/camera"
	"github.com/imsphone/imsphone/hw/resolver"
	"github.com/imsphone/imsphone/hw/rtpnet"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/transport"
)

// ports hands the devices of hw/ to the actors.
func ports(c *config.Config, cards sims, log zerolog.Logger, o Options) (actors.Ports, error) {
	low, high, err := c.Media.PortRange()
	if err != nil {
		return actors.Ports{}, err
	}
	var servers []string
	if c.DNS.Server != "" {
		servers = []string{c.DNS.Server}
	}
	names, err := resolver.New(resolver.Config{Servers: servers})
	if err != nil {
		return actors.Ports{}, err
	}
	sound := newSound(c.Audio, log)
	p := actors.Ports{
		SIP:      sipPort{},
		RTP:      rtpPort{&rtpnet.Range{Low: low, High: high}},
		Audio:    sound,
		Ring:     sound.ring(),
		Volume:   volumePort{sound.loudness},
		Hotplug:  hotplugPort{},
		Resolver: resolverPort{names},
		IPsec:    ipsecPort{log: log, idle: acceptIdle, backends: newESP(log), keys: o.ESPKeys},
		SIM:      cards,
		Link:     newLink(),
	}
	if c.Video.Enabled {
		p.Video = videoPort{cfg: c.Video, open: camera.Open, screen: o.Screen}
	}
	return p, nil
}

type sipPort struct{}

// acceptIdle is how long a connection that a peer has opened may be silent: a
// call's signalling may be silent for an hour.
const acceptIdle = 2 * time.Hour

func (sipPort) Listen(cfg actors.SIPConfig, recv func(transport.Inbound)) (actors.SIPSocket, error) {
	trust, err := sipnet.TrustFile(cfg.TLSCAFile)
	if err != nil {
		return nil, err
	}
	return sipnet.Listen(sipnet.Config{Local: cfg.Local, UDP: true, TCP: true, TLS: trust,
		KeepAlive: cfg.KeepAlive, IdleTimeout: acceptIdle}, recv)
}

type rtpPort struct{ ports *rtpnet.Range }

func (p rtpPort) Open(addr netip.Addr, kind string) (actors.RTPSocket, error) {
	class := rtpnet.Voice
	if kind == "video" {
		class = rtpnet.Video
	}
	return p.ports.Open(addr, class)
}

func (rtpPort) LocalFor(remote netip.Addr) (netip.Addr, error) { return rtpnet.LocalFor(remote) }

type resolverPort struct{ *resolver.Resolver }

// kinds are the record types as the resolver numbers them.
var kinds = map[transport.RecordType]resolver.Kind{
	transport.A: resolver.A, transport.AAAA: resolver.AAAA, transport.SRV: resolver.SRV, transport.NAPTR: resolver.NAPTR,
}

func (r resolverPort) Lookup(ctx context.Context, q transport.Query) (transport.Answer, error) {
	found, err := r.Resolver.Lookup(ctx, kinds[q.Type], q.Name)
	var a transport.Answer
	for _, addr := range found.Addrs {
		a.Records = append(a.Records, transport.Record{Addr: addr})
	}
	for _, s := range found.SRV {
		a.Records = append(a.Records, transport.Record{Priority: s.Priority, Weight: s.Weight, Port: s.Port, Target: s.Target})
	}
	for _, p := range found.NAPTR {
		if !strings.EqualFold(p.Flags, "s") {
			continue // RFC 3263 §4.1 knows no other
		}
		a.Records = append(a.Records, transport.Record{Order: p.Order, Preference: p.Preference, Service: p.Service, Replacement: p.Replacement})
	}
	return a, err
}
