package aka

import "fmt"

// hidden is embedded in types that hold secrets: fmt doesn't call methods of
// unexported fields, so the outermost type must do the hiding.
type hidden struct{}

// Format prints "(secret)" for every verb.
func (hidden) Format(f fmt.State, _ rune) { f.Write([]byte(redacted)) }

// MarshalText keeps the secrets out of JSON, logs and configuration files.
func (hidden) MarshalText() ([]byte, error) { return []byte(redacted), nil }
