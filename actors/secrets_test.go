package actors_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
)

// password is that of an account beside the SIM's.
const password = "correct horse battery staple"

// TestSecretsOfARun registers, resynchronises, renews and leaves with the most
// talkative log, and looks for every secret in all that the phone wrote: log,
// events, status, trace.
func TestSecretsOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		net := simnet.New()
		core := newIMSCore(t, net)
		var trace *actors.Trace
		alice := subscriber(t, net, aliceAddr, newSIM(t, 3), func(c *actors.Config) {
			c.Log = zerolog.New(&log).Level(zerolog.TraceLevel)
			c.Accounts[0].Password = password
			trace = c.Trace
		})
		pass(3 * time.Hour)
		core.with(func() { core.wrong = true })
		pass(2 * time.Hour)
		status, err := json.Marshal(alice.status())
		if err != nil {
			t.Fatal(err)
		}
		written := map[string]string{"status": string(status) + fmt.Sprintf("%+v", alice.status()), "trace": fmt.Sprintf("%+v", trace.Records())}
		alice.Stop(t.Context())
		pass(time.Second)
		alice.mu.Lock()
		events, err := json.Marshal(alice.events)
		alice.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		written["events"], written["log"] = string(events), log.String()
		secrets := secretsOf(core)
		if len(secrets) < 10 {
			t.Fatalf("only %d secrets", len(secrets))
		}
		for where, text := range written {
			if len(text) < 500 {
				t.Errorf("%s has only %d bytes", where, len(text))
			}
			for what, secret := range secrets {
				for _, notation := range notations(secret) {
					if strings.Contains(text, notation) {
						t.Errorf("%s is in the %s as %q", what, where, notation)
					}
				}
			}
		}
	})
}

// secretsOf are the subscriber's and those of every challenge.
func secretsOf(core *imsCore) map[string][]byte {
	core.mu.Lock()
	defer core.mu.Unlock()
	secrets := map[string][]byte{"K": subscriberK[:], "OPc": subscriberOPc[:], "password": []byte(password)}
	for gen, s := range core.sets {
		keys := s.vector.Keys
		ck, ik := keys.CK().Expose(), keys.IK().Expose()
		secrets[fmt.Sprint("CK ", gen)], secrets[fmt.Sprint("IK ", gen)], secrets[fmt.Sprint("RES ", gen)] = ck[:], ik[:], keys.ExposeRES()
	}
	return secrets
}

// notations are the ways in which bytes are written.
func notations(b []byte) []string {
	decimal := strings.Trim(fmt.Sprint(b), "[]")
	return []string{string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), fmt.Sprintf("% x", b),
		base64.StdEncoding.EncodeToString(b), base64.RawStdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b),
		decimal, strings.ReplaceAll(decimal, " ", ","), strings.ReplaceAll(decimal, " ", ", "), strings.Trim(fmt.Sprintf("%q", b), `"`)}
}
