//go:build peers

package config

// testModes: unprotected is security agreement without ESP.
var testModes = []string{"unprotected"}
