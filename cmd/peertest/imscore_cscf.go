//go:build linux

package peertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"
)

// A CSCF is one Kamailio of an IMS core.
type CSCF struct {
	*Process
	Name string // pcscf, icscf or scscf
	Addr netip.AddrPort

	core *IMSCore
	dir  string
	runs int
}

func newCSCF(c *IMSCore, name string, port uint16) *CSCF {
	return &CSCF{Name: name, Addr: c.Host.Addr(port), core: c, dir: filepath.Join(c.dir, name)}
}

// Restart ends the CSCF and starts it anew, with nothing remembered.
func (s *CSCF) Restart(ctx context.Context) error {
	if err := s.relaunch(ctx); err != nil {
		return err
	}
	return s.core.awaitReady(ctx)
}

func (s *CSCF) relaunch(ctx context.Context) error {
	if err := s.Stop(); err != nil {
		return err
	}
	if err := s.launch(); err != nil {
		return err
	}
	return s.awaitAnswer(ctx)
}

// launch writes the files and starts the process.
func (s *CSCF) launch() error {
	s.runs++
	run := filepath.Join(s.dir, fmt.Sprint("run", s.runs))
	if err := os.MkdirAll(run, 0o755); err != nil {
		return err
	}
	if err := s.configure(); err != nil {
		return err
	}
	var err error
	s.Process, err = s.core.Host.Start(Command{
		Name:  s.Name,
		Args:  append(s.wrapper(), "kamailio", "-f", s.file(".cfg"), "-DD", "-E", "-Y", run, "-P", run+"/pid", "-m", "64", "-M", "8"),
		Crash: true, // as a registrar, see Kamailio.Restart
	})
	return err
}

// wrapper runs a command with the core's resolv.conf, in a mount namespace of
// its own so that nothing is left behind, and without the right to touch the
// kernel's security associations unless they are wanted.
func (s *CSCF) wrapper() []string {
	w := []string{"unshare", "--mount", "sh", "-c", `mount --bind "$0" /etc/resolv.conf && exec "$@"`, s.core.resolv()}
	if s.Name == "pcscf" && !s.core.Options.RealESP {
		w = append(w, "setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin")
	}
	return w
}

func (s *CSCF) file(suffix string) string { return filepath.Join(s.dir, s.Name+suffix) }

func (s *CSCF) configure() error {
	data := s.core.data()
	data.Name, data.Dir = s.Name, s.dir
	if err := renderIMS(s.Name+".cfg", s.file(".cfg"), data); err != nil {
		return err
	}
	switch s.Name {
	case "icscf":
		data.Diameter = 3869
		if err := renderIMS("icscf.sql", s.file(".sql"), data); err != nil {
			return err
		}
		if err := makeDatabase(s.file(".db"), s.file(".sql")); err != nil {
			return err
		}
	case "scscf":
		data.Diameter = 3870
		if err := makeDatabase(filepath.Join(s.dir, "presence.db"), schemas+"standard-create.sql", schemas+"presence-create.sql"); err != nil {
			return err
		}
	default:
		return nil
	}
	return renderIMS("diameter.xml", filepath.Join(s.dir, "diameter.xml"), data)
}

// schemas is where Debian keeps Kamailio's tables for SQLite.
const schemas = "/usr/share/kamailio/db_sqlite/"

// makeDatabase makes an SQLite database anew from files of SQL.
func makeDatabase(path string, sql ...string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	script := bytes.NewBufferString("PRAGMA synchronous=OFF;\nBEGIN;\n")
	for _, name := range sql {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("%w: apt-get install kamailio-sqlite-modules", err)
		}
		script.Write(text)
	}
	script.WriteString("COMMIT;\n")
	cmd := exec.Command("sqlite3", "-batch", path)
	cmd.Stdin = script
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("sqlite3 %s: %w: %s", path, err, bytes.TrimSpace(out))
	}
	return nil
}

// renderIMS writes the template name of templates/ims/ to path.
func renderIMS(name, path string, data imsData) error {
	t, err := template.ParseFS(files, "templates/ims/"+name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// awaitAnswer waits until the CSCF answers over UDP and TCP: its TCP process is
// the last that it starts.
func (s *CSCF) awaitAnswer(ctx context.Context) error {
	for _, network := range []string{"udp", "tcp"} {
		if err := poll(ctx, s.Process.Name+"'s answer over "+network, func() (bool, error) {
			if !s.Running() {
				return false, fmt.Errorf("%s ended:\n%s", s.Process.Name, s.Output.tail(30))
			}
			return s.answers(network), nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// hssWait is how long a CSCF may take to connect to the HSS: it tries every five
// seconds.
const hssWait = 20 * time.Second

// awaitHSS waits until the HSS knows the CSCF. On a busy machine Kamailio's
// Diameter processes start in an order now and then in which the connection gets
// lost between them ("Socket operation on non-socket"), for good: such a CSCF
// starts anew.
func (s *CSCF) awaitHSS(ctx context.Context) error {
	for {
		soon, cancel := context.WithTimeout(ctx, hssWait)
		err := poll(soon, s.Process.Name+"'s connection to the HSS", func() (bool, error) {
			return slices.Contains(s.core.HSS.Peers(), s.Name+"."+IMSRealm), nil
		})
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
		if err := s.relaunch(ctx); err != nil {
			return err
		}
	}
}

// answers asks by OPTIONS and tells whether anything comes back soon.
func (s *CSCF) answers(network string) bool {
	conn, err := s.core.Host.Dial(network, s.Addr.String())
	if err != nil {
		return false
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		return false
	}
	token, local := rand.Text(), conn.LocalAddr()
	if _, err := conn.Write([]byte(strings.Join([]string{
		fmt.Sprintf("OPTIONS sip:%v SIP/2.0", s.Addr),
		fmt.Sprintf("Via: SIP/2.0/%s %v;rport;branch=z9hG4bK-%s", strings.ToUpper(network), local, token),
		fmt.Sprintf("From: <sip:ready@%v>;tag=ready", local),
		fmt.Sprintf("To: <sip:%v>", s.Addr),
		"Call-ID: " + token,
		"CSeq: 1 OPTIONS",
		"Max-Forwards: 10",
		"Content-Length: 0",
		"", "",
	}, "\r\n"))); err != nil {
		return false
	}
	_, err = conn.Read(make([]byte, 2048))
	return err == nil
}

// WaitSaid waits for a line that the CSCF's routes log, "lab: …", which matches
// the regular expression and that no earlier call has returned.
func (s *CSCF) WaitSaid(ctx context.Context, expr string) (string, error) {
	return s.WaitLine(ctx, "lab: "+expr)
}
