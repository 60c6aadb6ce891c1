package config

import _ "embed"

// Example is a commented configuration file: every key with its default, and
// one account to fill in.
//
//go:embed imsphone.conf
var Example string
