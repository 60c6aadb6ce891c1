//go:build ipsec

package uml_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/uml"
)

func TestMain(m *testing.M) {
	uml.Guest()
	os.Exit(m.Run())
}

// sh runs a script in a guest.
func sh(t *testing.T, script string, job uml.Job) (status int, out, errs string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var o, e bytes.Buffer
	job.Args, job.Stdout, job.Stderr = []string{"sh", "-c", script}, &o, &e
	status, err := uml.Run(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	return status, o.String(), e.String()
}

func TestOutputAndStatusComeBack(t *testing.T) {
	status, out, errs := sh(t, `echo "$GREETING"; printf 'a\r\n\0\377' >&2; exit 3`, uml.Job{Env: []string{"PATH=/bin:/usr/bin", "GREETING=hello"}})
	if status != 3 || out != "hello\n" || errs != "a\r\n\x00\xff" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, errs)
	}
	if status, _, _ = sh(t, "kill -9 $$", uml.Job{}); status != 128+9 {
		t.Errorf("killed: status %d", status)
	}
}

func TestMuchOutputIsWhole(t *testing.T) {
	const size = 2_000_000
	_, out, _ := sh(t, "head -c 2000000 /dev/zero | tr '\\0' '\\n'", uml.Job{})
	if len(out) != size || strings.Trim(out, "\n") != "" {
		t.Errorf("%d bytes of %d", len(out), size)
	}
}

func TestOnlySharedDirectoriesChange(t *testing.T) {
	shared, own := t.TempDir(), t.TempDir()
	_, out, errs := sh(t, "echo kept | tee "+shared+"/f; echo lost | tee "+own+"/f", uml.Job{Share: []string{shared}})
	if out != "kept\nlost\n" {
		t.Fatalf("stdout %q, stderr %q", out, errs)
	}
	if text, err := os.ReadFile(filepath.Join(shared, "f")); string(text) != "kept\n" {
		t.Errorf("shared: %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(own, "f")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory of the host changed: %v", err)
	}
}

func TestGuestsRunAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for _, want := range []int{1, 2, 3} {
		all.Go(func() {
			if got, err := uml.Run(t.Context(), uml.Job{Args: []string{"sh", "-c", "exit " + string(rune('0'+want))}}); got != want || err != nil {
				t.Errorf("status %d, %v; want %d", got, err, want)
			}
		})
	}
	all.Wait()
}

func TestTheEndOfTheContextEndsTheGuest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		r.Read(make([]byte, 1)) // it runs
		cancel()
	}()
	_, err = uml.Run(ctx, uml.Job{Args: []string{"sh", "-c", "echo up; sleep 1000"}, Stdout: w})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestWhatCannotRunIsNamed(t *testing.T) {
	_, err := uml.Run(t.Context(), uml.Job{Args: []string{"no-such-program"}})
	if !errors.Is(err, uml.ErrNoGuest) || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("error %v", err)
	}
}

// TestEveryAlgorithm has the kernel take an SA of each kind.
func TestEveryAlgorithm(t *testing.T) {
	const k16 = "0x00112233445566778899aabbccddeeff"
	script := "set -e\n"
	for _, algorithms := range []string{
		`auth-trunc "hmac(md5)" ` + k16 + ` 96 enc "ecb(cipher_null)" ""`,
		`auth-trunc "hmac(md5)" ` + k16 + ` 96 enc "cbc(aes)" ` + k16,
		`auth-trunc "hmac(sha1)" ` + k16 + `00000000 96 enc "ecb(cipher_null)" ""`,
		`auth-trunc "hmac(sha1)" ` + k16 + `00000000 96 enc "cbc(aes)" ` + k16,
		`aead "rfc4106(gcm(aes))" ` + k16 + `01020304 128`,
		`aead "rfc4543(gcm(aes))" ` + k16 + `01020304 128`,
	} {
		for _, ends := range []string{"src 127.0.0.1 dst 127.0.0.2", "src ::1 dst fd00::2"} {
			script += "ip xfrm state add " + ends + " proto esp spi 5 mode transport " + algorithms + "\n"
		}
		script += "ip xfrm state flush\n"
	}
	if status, _, errs := sh(t, "set -x\n"+script, uml.Job{}); status != 0 {
		t.Errorf("status %d:\n%s", status, errs)
	}
}

// TestNamespaces has the guest do what labs of the peer tests do.
func TestNamespaces(t *testing.T) {
	status, _, errs := sh(t, `set -ex
ip netns add a
ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a link add br0 type bridge
ip netns exec a cat /proc/sys/net/ipv6/conf/all/disable_ipv6`, uml.Job{})
	if status != 0 {
		t.Errorf("status %d:\n%s", status, errs)
	}
}
