package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"github.com/imsphone/imsphone/hw/sim"
)

// checkFiles looks at the files without which the phone can't start.
func (c *Config) checkFiles(path string, data []byte) Problems {
	k := &checker{path: path, data: data}
	for i, a := range c.Accounts {
		if a.IMS == nil || a.IMS.kind() != softSIM {
			continue
		}
		if _, _, err := sim.LoadKeys(a.IMS.SecretFile); err != nil {
			k.fault("account.ims", c.imsTable(i), "secret_file", "%s", secretFault(a.IMS.SecretFile, err))
		}
	}
	return k.problems
}

// secretFault says what to do about a file of keys that can't be used.
func secretFault(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("secret_file %q isn't there: correct its name, or write the SIM's keys into it, in lines \"k = …\" and \"opc = …\"", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("secret_file %q can't be read%s: check it with sudo; the phone's user has to own it, so the service's chown imsphone %s", path, owner(path), path)
	}
	return fmt.Sprintf("secret_file: %v", err)
}

// owner tells whose a file is, and who asks; nothing where that can't be told.
func owner(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" by %s, as it is %s's", userName(os.Getuid()), userName(int(stat.Uid)))
}

func userName(id int) string {
	text := strconv.Itoa(id)
	if u, err := user.LookupId(text); err == nil {
		return u.Username
	}
	return "user " + text
}
