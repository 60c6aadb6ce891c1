package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/protocol/aka"
)

// Config is how a smart card is used.
type Config struct {
	Application Application
	// PIN is tried once when the card is opened, if the card wants one and has
	// more than one try left.
	PIN Secret
	// MNCDigits is 2 or 3 for a card that tells the length of its MNC wrongly;
	// 0 believes the card.
	MNCDigits int
}

// UICC is a smart card with a USIM or an ISIM.
type UICC struct {
	config      Config
	application Application
	identity    Identity
	base        apdu.Channel  // as given to Open
	channel     apdu.Channel  // of the application; may be base
	turn        chan struct{} // holds one token: whose turn it is
	closed      bool
}

var _ Card = (*UICC)(nil)

// Open selects the application, verifies the PIN and reads the identity. ch is
// the UICC's from then on, also where Open fails: then it is closed. Errors
// wrap those of this package and of package apdu.
func Open(ctx context.Context, ch apdu.Channel, config Config) (*UICC, error) {
	aids, err := readDirectory(ctx, ch)
	if err != nil {
		return nil, errors.Join(err, ch.Close())
	}
	var reasons []error
	for _, a := range config.Application.order() {
		u := &UICC{config: config, application: a, base: ch, turn: make(chan struct{}, 1)}
		err := u.open(ctx, aids)
		if err == nil {
			return u, nil
		}
		reasons = append(reasons, err)
		if !usableWithout(err) {
			break
		}
	}
	return nil, fmt.Errorf("card not usable: %w", errors.Join(append(reasons, ch.Close())...))
}

// errNoIdentity: an ISIM that was never filled.
var errNoIdentity = errors.New("its identity files are empty")

// usableWithout tells that another application may serve where this one didn't.
func usableWithout(err error) bool {
	return errors.Is(err, ErrNoApplication) || errors.Is(err, errNoIdentity)
}

// open tries one application. It leaves nothing open if it fails.
func (u *UICC) open(ctx context.Context, aids [][]byte) error {
	ch, info, err := openApplication(ctx, u.base, aids, u.application)
	if err != nil {
		return err
	}
	u.channel = ch
	if u.identity, err = u.unlock(ctx, pinReference(info.pin)); err != nil {
		return errors.Join(err, u.closeApplication())
	}
	return nil
}

// unlock reads the identity, and enters the PIN only if the card refuses: the
// PIN may be switched off, or a modem may have entered it.
func (u *UICC) unlock(ctx context.Context, pin byte) (Identity, error) {
	id, err := u.readIdentity(ctx)
	if !isStatus(err, apdu.NotSatisfied) {
		return id, err
	}
	if err := verifyPIN(ctx, u.channel, pin, u.config.PIN); err != nil {
		return Identity{}, err
	}
	return u.readIdentity(ctx)
}

// Application tells which application is in use.
func (u *UICC) Application() Application { return u.application }

// Identity gives what was read when the card was opened.
func (u *UICC) Identity(context.Context) (Identity, error) { return u.identity, nil }

// Authenticate has the card answer a challenge. After an error of the channel
// (see package apdu) the card has to be closed and opened anew.
func (u *UICC) Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error) {
	select {
	case u.turn <- struct{}{}:
		defer func() { <-u.turn }()
	case <-ctx.Done():
		return aka.Keys{}, fmt.Errorf("AUTHENTICATE: the card is busy: %w", ctx.Err())
	}
	if u.closed {
		return aka.Keys{}, fmt.Errorf("AUTHENTICATE: %w", apdu.ErrClosed)
	}
	return authenticate(ctx, u.channel, rand, autn)
}

// Close lets go of the application and the card. It waits for an Authenticate
// that is under way.
func (u *UICC) Close() error {
	u.turn <- struct{}{}
	defer func() { <-u.turn }()
	if u.closed {
		return nil
	}
	u.closed = true
	return errors.Join(u.closeApplication(), u.base.Close())
}

// closeApplication closes the application's own channel, if it has one.
func (u *UICC) closeApplication() error {
	if u.channel == u.base {
		return nil
	}
	return u.channel.Close()
}

func (u *UICC) readIdentity(ctx context.Context) (Identity, error) {
	if u.application == ISIM {
		return u.readISIM(ctx)
	}
	return u.readUSIM(ctx)
}

// readUSIM derives the identity from EF_IMSI and EF_AD.
func (u *UICC) readUSIM(ctx context.Context) (Identity, error) {
	content, err := readFile(ctx, u.channel, fileIMSI)
	if err != nil {
		return Identity{}, err
	}
	imsi, err := decodeIMSI(content)
	if err != nil {
		return Identity{}, err
	}
	digits := u.config.MNCDigits
	if digits == 0 {
		content, err := readFile(ctx, u.channel, fileAD)
		if err != nil {
			return Identity{}, err
		}
		digits = decodeMNCDigits(content)
	}
	id, err := Derive(imsi, digits)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: EF_IMSI: %w", ErrAnswer, err)
	}
	return id, nil
}

// readISIM reads the identity as the operator wrote it.
func (u *UICC) readISIM(ctx context.Context) (Identity, error) {
	var id Identity
	var err error
	if id.Private, err = u.readText(ctx, fileIMPI); err != nil {
		return Identity{}, err
	}
	if id.Domain, err = u.readText(ctx, fileDOMAIN); err != nil {
		return Identity{}, err
	}
	id.Public, err = u.readList(ctx, fileIMPU, decodeIMPU)
	if err != nil && !isStatus(err, apdu.FileNotFound) {
		return Identity{}, err
	}
	if id.Private == "" || id.Domain == "" || len(id.Public) == 0 {
		return Identity{}, fmt.Errorf("the card's ISIM isn't usable: %w", errNoIdentity)
	}
	id.PCSCF, err = u.readList(ctx, filePCSCF, decodePCSCF)
	if err != nil && !isRefusal(err) { // the file is optional
		return Identity{}, err
	}
	return id, nil
}

// readText reads a transparent file of one text; "" if it is missing.
func (u *UICC) readText(ctx context.Context, f file) (string, error) {
	content, err := readFile(ctx, u.channel, f)
	if isStatus(err, apdu.FileNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return decodeText(f, content)
}

// readList reads the records of f that are in use.
func (u *UICC) readList(ctx context.Context, f file, decode func([]byte) (string, error)) ([]string, error) {
	records, err := readRecords(ctx, u.channel, f)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, record := range records {
		text, err := decode(record)
		if err != nil {
			return nil, err
		}
		if text != "" {
			list = append(list, text)
		}
	}
	return list, nil
}
