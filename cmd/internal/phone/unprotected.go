//go:build !peers

package phone

import "errors"

// openUnprotected never works: only a phone that is built for the tests against
// peers does without ESP what asks for it.
func openUnprotected() (backend, error) {
	return nil, errors.New("this phone protects what it promises to")
}
