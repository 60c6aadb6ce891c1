package aka

import "fmt"

// sealed keeps a secret from fmt where hidden can't: as an unexported field of
// another package's struct. Of a function fmt prints the address only.
type sealed[T any] func() T

func seal[T any](v T) sealed[T] { return func() T { return v } }

// hidden is embedded in types that hold secrets: fmt doesn't call methods of
// unexported fields, so the outermost type must do the hiding.
type hidden struct{}

// Format prints "(secret)" for every verb.
func (hidden) Format(f fmt.State, _ rune) { f.Write([]byte(redacted)) }

// MarshalText keeps the secrets out of JSON, logs and configuration files.
func (hidden) MarshalText() ([]byte, error) { return []byte(redacted), nil }
