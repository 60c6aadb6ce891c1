//go:build peers

package video

import (
	"context"
	"fmt"
	"image"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/bars"
)

// These hold a session against FFmpeg over the loopback (Debian's package
// ffmpeg): what it receives of ours, and what we receive of its.

const (
	peerWidth, peerHeight = 320, 240
	peerFrames            = 30
	peerPatience          = time.Minute
)

func ffmpeg(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal("ffmpeg is missing: apt-get install ffmpeg")
	}
	ctx, cancel := context.WithTimeout(t.Context(), peerPatience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, append([]string{"-nostdin", "-loglevel", "warning"}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func listenUDP(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadBuffer(1 << 20); err != nil { // as hw/rtpnet: on a busy machine we come late
		t.Fatal(err)
	}
	return conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// FFmpeg sees the pictures that we send, each with its number.
func TestFFmpegReceives(t *testing.T) {
	conn, remote := listenUDP(t) // a port that is free for FFmpeg now
	conn.Close()
	dir := t.TempDir()
	description := filepath.Join(dir, "stream.sdp")
	text := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video %d RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n", remote.Port())
	if err := os.WriteFile(description, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.yuv")
	cmd := ffmpeg(t, "-protocol_whitelist", "file,udp,rtp", "-i", description, "-frames:v", fmt.Sprint(peerFrames),
		"-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuvj420p", out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	showFFmpeg(t, remote, done)
	pictures, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	const size = peerWidth * peerHeight * 3 / 2
	if len(pictures) != peerFrames*size {
		t.Fatalf("%d bytes of pictures", len(pictures))
	}
	last := -1
	for i := range peerFrames {
		m := image.NewYCbCr(image.Rect(0, 0, peerWidth, peerHeight), image.YCbCrSubsampleRatio420)
		copy(m.Y, pictures[i*size:])
		_, n, ok := bars.Read(m)
		if !ok || last >= 0 && n != last+1 {
			t.Fatalf("picture %d has number %d (%v) after %d", i, n, ok, last)
		}
		last = n
	}
}

// showFFmpeg sends until it has seen enough.
func showFFmpeg(t *testing.T, remote netip.AddrPort, done <-chan error) {
	conn, _ := listenUDP(t)
	cfg := configA()
	cfg.Remote = remote
	s := New(time.Now(), cfg)
	var e Encoder
	tick := time.NewTicker(period)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		case now := <-tick.C:
			m, err := e.Encode(&Frame{Raw: picture(i)}, 60)
			if err != nil {
				t.Fatal(err)
			}
			s.Capture(now, now, m)
			for packet, ok := s.Packet(nil); ok; packet, ok = s.Packet(nil) {
				_, _ = conn.WriteToUDPAddrPort(packet, remote)
			}
		}
	}
}

// We see the pictures that FFmpeg sends, with its own quantisation tables.
func TestFFmpegSends(t *testing.T) {
	conn, local := listenUDP(t)
	in := filepath.Join(t.TempDir(), "in.yuv")
	var raw []byte
	for i := range peerFrames {
		m := image.NewYCbCr(image.Rect(0, 0, peerWidth, peerHeight), image.YCbCrSubsampleRatio420)
		bars.Draw(m, 4, i)
		raw = append(append(append(raw, m.Y...), m.Cb...), m.Cr...)
	}
	if err := os.WriteFile(in, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := ffmpeg(t, "-re", "-f", "rawvideo", "-pix_fmt", "yuvj420p", "-s", "320x240", "-r", "15", "-i", in,
		"-c:v", "mjpeg", "-huffman", "default", "-q:v", "5", "-f", "rtp", fmt.Sprintf("rtp://127.0.0.1:%d", local.Port()))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(peerPatience)); err != nil {
		t.Fatal(err)
	}
	var s *Session
	buf := make([]byte, 2048)
	for want := 0; want < peerFrames; {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatalf("after %d pictures: %v", want, err)
		}
		if s == nil {
			cfg := configB()
			cfg.Remote = from
			s = New(time.Now(), cfg)
		}
		jpeg, v := s.Receive(time.Now(), buf[:n], from)
		if jpeg == nil {
			continue
		}
		if got := count(t, jpeg); got != want {
			t.Fatalf("picture %d comes instead of %d (%v)", got, want, v)
		}
		want++
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if st := s.Stats(time.Now()); st.Incomplete != 0 || st.Received.Width != peerWidth {
		t.Errorf("%+v", st)
	}
}
