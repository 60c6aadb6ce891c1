package actors

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// locateTime bounds the DNS questions for one hop.
const locateTime = 10 * time.Second

// locate finds the servers of a URI, with the resolver's answers.
func locate(resolver Resolver, uri string) ([]transport.Target, error) {
	l, err := transport.NewLocator(uri, rand.IntN)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), locateTime)
	defer cancel()
	for q, more := l.Next(); more; q, more = l.Next() {
		l.Answer(resolver.Lookup(ctx, q))
	}
	return l.Targets()
}
