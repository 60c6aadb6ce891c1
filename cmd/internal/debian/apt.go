package debian

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Suite is the release that packages come from.
const Suite = "bookworm"

// keyring holds the archive's keys (package debian-archive-keyring).
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// listsAge is how old the lists of packages may be before they are fetched anew.
const listsAge = 12 * time.Hour

// Apt downloads packages of one architecture. Make it with Open.
type Apt struct {
	arch string
	dir  string
}

// Open readies an apt for an architecture by Debian's name: armhf, armel, arm64.
// Its lists and archives are kept in cache, which is made, and which any number
// of processes may share.
func Open(ctx context.Context, cache, arch string) (*Apt, error) {
	cache, err := filepath.Abs(cache)
	if err != nil {
		return nil, err
	}
	a := &Apt{arch: arch, dir: filepath.Join(cache, "apt-"+arch)}
	for _, d := range []string{"lists/partial", "archives/partial", "etc"} {
		if err := os.MkdirAll(filepath.Join(a.dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := a.configure(ctx); err != nil {
		return nil, err
	}
	return a, a.update(ctx)
}

// lock keeps other processes out of the cache until the function that it gives
// is called.
func (a *Apt) lock() (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(a.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Name(), err), f.Close())
	}
	return func() { f.Close() }, nil
}

// configure writes the files that tell apt to mind its own business.
func (a *Apt) configure(ctx context.Context) error {
	mirror, err := mirror(ctx)
	if err != nil {
		return err
	}
	status := filepath.Join(a.dir, "status")
	conf := fmt.Sprintf(`APT::Architecture %q;
APT::Architectures { %q; };
APT::Sandbox::User "";
APT::Install-Recommends "false";
Dir::State %q;
Dir::State::status %q;
Dir::Cache %q;
Dir::Etc %q;
Dir::Etc::sourcelist %q;
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
Acquire::Languages "none";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
`, a.arch, a.arch, a.dir, status, a.dir, filepath.Join(a.dir, "etc"), filepath.Join(a.dir, "etc", "sources.list"))
	sources := fmt.Sprintf("deb [signed-by=%s] %s %s main non-free-firmware\n", keyring, mirror, Suite)
	return errors.Join(
		os.WriteFile(filepath.Join(a.dir, "apt.conf"), []byte(conf), 0o644),
		os.WriteFile(filepath.Join(a.dir, "etc", "sources.list"), []byte(sources), 0o644),
		os.WriteFile(status, nil, 0o644),
	)
}

// mirror asks this machine's own apt where its Debian comes from.
func mirror(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(RELEASE) $(REPO_URI)", "Created-By: Packages").Output()
	if err != nil {
		return "", fmt.Errorf("apt can't say where packages come from (apt-get update first): %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 4 && f[0] == "Debian" && f[1] == "Debian" && f[2] == Suite {
			return f[3], nil
		}
	}
	return "", fmt.Errorf("this machine's apt knows no Debian %s: add it to /etc/apt/sources.list and run apt-get update", Suite)
}

// update fetches the lists where they are old.
func (a *Apt) update(ctx context.Context) error {
	stamp := filepath.Join(a.dir, "updated")
	if st, err := os.Stat(stamp); err == nil && time.Since(st.ModTime()) < listsAge {
		return nil
	}
	if _, err := a.run(ctx, "apt-get", "update", "-qq"); err != nil {
		return err
	}
	return os.WriteFile(stamp, nil, 0o644)
}

// run runs a tool of apt's with the configuration, and gives what it prints.
func (a *Apt) run(ctx context.Context, tool string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, tool, append([]string{"-c", filepath.Join(a.dir, "apt.conf")}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "APT_CONFIG=")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s (%s): %w\n%s", tool, strings.Join(args, " "), a.arch, err, bytes.TrimSpace(errs.Bytes()))
	}
	return string(out), nil
}

// Download fetches just these packages, without what they depend on, and gives
// the paths of their archives.
func (a *Apt) Download(ctx context.Context, names ...string) ([]string, error) {
	return a.fetch(ctx, names, func(name string) bool { return slices.Contains(names, name) })
}

// DownloadAll fetches packages with all that they depend on.
func (a *Apt) DownloadAll(ctx context.Context, names ...string) ([]string, error) {
	return a.fetch(ctx, names, func(string) bool { return true })
}

// uri is a line of apt-get --print-uris: 'URI' FILE SIZE HASH.
var uri = regexp.MustCompile(`(?m)^'([^']+)' (\S+) \d+ `)

// fetch downloads those packages of an installation of names that are wanted.
func (a *Apt) fetch(ctx context.Context, names []string, wanted func(name string) bool) ([]string, error) {
	out, err := a.run(ctx, "apt-get", append([]string{"install", "-y", "-qq", "--print-uris", "--reinstall", "-o", "Dir::Cache::archives=none/"}, names...)...)
	if err != nil {
		return nil, err
	}
	var paths, missing []string
	for _, m := range uri.FindAllStringSubmatch(out, -1) {
		name, _, _ := strings.Cut(m[2], "_")
		if !wanted(name) {
			continue
		}
		path := filepath.Join(a.dir, "archives", m[2])
		paths = append(paths, path)
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, versioned(m[2]))
		}
	}
	if len(missing) == 0 {
		return paths, nil
	}
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return paths, a.download(ctx, missing)
}

// versioned turns the name of an archive, NAME_VERSION_ARCH.deb, to what apt
// calls that version: NAME=VERSION.
func versioned(file string) string {
	parts := strings.Split(file, "_")
	version, err := url.PathUnescape(parts[1])
	if err != nil {
		version = parts[1]
	}
	return parts[0] + "=" + version
}

// download fetches archives into the cache; apt checks their hashes.
func (a *Apt) download(ctx context.Context, packages []string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-c", filepath.Join(a.dir, "apt.conf"), "download", "-qq"}, packages...)...)
	cmd.Dir = filepath.Join(a.dir, "archives")
	cmd.Env = append(os.Environ(), "LC_ALL=C", "APT_CONFIG=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("download %s (%s): %w\n%s", strings.Join(packages, " "), a.arch, err, bytes.TrimSpace(out))
	}
	return nil
}

// Depends gives the packages that a package depends on, as a kernel's package
// depends on that of its release.
func (a *Apt) Depends(ctx context.Context, name string) ([]string, error) {
	out, err := a.run(ctx, "apt-cache", "depends", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances", name)
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(out) {
		if dep, ok := strings.CutPrefix(strings.TrimSpace(line), "Depends: "); ok {
			names = append(names, dep)
		}
	}
	return names, nil
}

// Unpack unpacks archives into dir, which is made, one over the other.
func Unpack(ctx context.Context, dir string, archives ...string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, deb := range archives {
		if out, err := exec.CommandContext(ctx, "dpkg", "-x", deb, dir).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w\n%s", filepath.Base(deb), err, bytes.TrimSpace(out))
		}
	}
	return nil
}
