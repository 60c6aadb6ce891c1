package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// Application is which application of a card serves the account.
type Application int

// The applications (TS 101 220 Annex E).
const (
	// Auto is the ISIM, or the USIM where the card has no ISIM or one without
	// identities.
	Auto Application = iota
	// USIM is the application of the mobile network (TS 31.102).
	USIM
	// ISIM is the application of IMS (TS 31.103).
	ISIM
)

// String gives "auto", "USIM" or "ISIM".
func (a Application) String() string {
	switch a {
	case USIM:
		return "USIM"
	case ISIM:
		return "ISIM"
	}
	return "auto"
}

// prefix begins the AID of every such application: 3GPP's RID and the
// application's code.
func (a Application) prefix() []byte {
	if a == ISIM {
		return []byte{0xa0, 0, 0, 0, 0x87, 0x10, 0x04}
	}
	return []byte{0xa0, 0, 0, 0, 0x87, 0x10, 0x02}
}

// order lists what is tried when a is configured.
func (a Application) order() []Application {
	if a == Auto {
		return []Application{ISIM, USIM}
	}
	return []Application{a}
}

// Tags in EF_DIR (TS 102 221 §13.1).
const (
	tagTemplate = 0x61
	tagAID      = 0x4f
)

// readDirectory gives the AIDs that EF_DIR lists. A card or modem that refuses
// to show it gives none; an error is the channel's.
func readDirectory(ctx context.Context, ch apdu.Channel) ([][]byte, error) {
	_, err := selectFile(ctx, ch, fileMF)
	if err != nil && !isRefusal(err) {
		return nil, err
	}
	records, err := readRecords(ctx, ch, fileDIR)
	if isRefusal(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var aids [][]byte
	for _, record := range records {
		if aid := recordAID(record); aid != nil {
			aids = append(aids, aid)
		}
	}
	return aids, nil
}

// recordAID gives the AID of a record of EF_DIR; nil if it is unused or holds
// none of legal length.
func recordAID(record []byte) []byte {
	outer, _ := apdu.ParseObjects(record) // what came before a fault counts
	template, _ := apdu.Find(outer, tagTemplate)
	list, _ := apdu.ParseObjects(template) // likewise
	aid, _ := apdu.Find(list, tagAID)
	if len(aid) < 5 || len(aid) > 16 {
		return nil
	}
	return aid
}

// pickAID gives the AID of application a. One that EF_DIR doesn't list is
// tried by the part of the AID that all have in common.
func pickAID(aids [][]byte, a Application) []byte {
	i := slices.IndexFunc(aids, func(aid []byte) bool { return bytes.HasPrefix(aid, a.prefix()) })
	if i < 0 {
		return a.prefix()
	}
	return aids[i]
}

// opener is a Channel that gives each application a logical channel of its
// own, as a modem does.
type opener interface {
	OpenApplication(ctx context.Context, aid []byte) (apdu.Channel, error)
}

// openApplication makes application a current, on ch itself or on a channel of
// its own, which the caller closes. The error wraps ErrNoApplication where the
// card hasn't got it.
func openApplication(ctx context.Context, ch apdu.Channel, aids [][]byte, a Application) (apdu.Channel, fcp, error) {
	aid := pickAID(aids, a)
	if o, ok := ch.(opener); ok {
		own, err := o.OpenApplication(ctx, aid)
		if err != nil {
			return nil, fcp{}, noApplication(a, err)
		}
		info, err := currentDirectory(ctx, own)
		if err != nil {
			return nil, fcp{}, errors.Join(err, own.Close())
		}
		return own, info, nil
	}
	answer, err := apdu.Must(ctx, ch, "SELECT of the "+a.String(), apdu.Command{
		Instruction: apdu.Select, P1: selectByAID, P2: returnFCP, Data: aid, Reply: true,
	})
	if err != nil {
		return nil, fcp{}, noApplication(a, err)
	}
	return ch, parseFCP(answer), nil
}

// noApplication explains a card that refused to select a.
func noApplication(a Application, err error) error {
	if !isRefusal(err) {
		return err
	}
	return fmt.Errorf("%w: no %v (%w)", ErrNoApplication, a, err)
}

// currentDirectory asks by STATUS for what SELECT would have told (TS 102 221
// §11.1.2). A card that refuses tells nothing.
func currentDirectory(ctx context.Context, ch apdu.Channel) (fcp, error) {
	const class, status = 0x80, 0xf2
	answer, err := apdu.Must(ctx, ch, "STATUS", apdu.Command{Class: class, Instruction: status, Reply: true})
	if err != nil && !isRefusal(err) {
		return fcp{}, err
	}
	return parseFCP(answer), nil
}
