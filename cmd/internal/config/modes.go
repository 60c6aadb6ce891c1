//go:build !peers

package config

// testModes are further values of IMS.IPsec: none, but in a phone that is built
// to be tested against a P-CSCF whose kernel has no ESP.
var testModes []string
