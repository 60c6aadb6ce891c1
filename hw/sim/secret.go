package sim

import "fmt"

// Secret is a text that must not be seen, such as a PIN or a key in
// hexadecimal. However it is printed, it prints as "(secret)". Its zero value
// is no secret.
type Secret struct{ text string }

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{text} }

// IsZero tells that there is none.
func (s Secret) IsZero() bool { return s.text == "" }

// UnmarshalText lets a configuration file have a Secret.
func (s *Secret) UnmarshalText(text []byte) error {
	s.text = string(text)
	return nil
}

// MarshalText keeps the text out of JSON, logs and configuration files.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Format prints "(secret)" for every verb.
func (Secret) Format(f fmt.State, _ rune) { f.Write([]byte(redacted)) }

const redacted = "(secret)"
