package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// file is an elementary file under the current directory.
type file struct {
	name string
	id   uint16
}

// The files that are read (TS 102 221 §13.1, TS 31.102 §4.2, TS 31.103 §4.2).
var (
	fileMF     = file{"MF", 0x3f00}
	fileDIR    = file{"EF_DIR", 0x2f00}
	fileIMSI   = file{"EF_IMSI", 0x6f07}
	fileAD     = file{"EF_AD", 0x6fad}
	fileIMPI   = file{"EF_IMPI", 0x6f02}
	fileDOMAIN = file{"EF_DOMAIN", 0x6f03}
	fileIMPU   = file{"EF_IMPU", 0x6f04}
	filePCSCF  = file{"EF_PCSCF", 0x6f09}
)

// What a SELECT names and gives back (TS 102 221 §11.1.1.2).
const (
	selectByAID = 0x04
	returnFCP   = 0x04
)

// maxFile is more than any file that is read here has.
const maxFile = 4096

// maxRecords is what EF_DIR, EF_IMPU and EF_PCSCF are read of.
const maxRecords = 32

// selectFile makes f the current file.
func selectFile(ctx context.Context, ch apdu.Channel, f file) (fcp, error) {
	answer, err := apdu.Must(ctx, ch, "SELECT of "+f.name, apdu.Command{
		Instruction: apdu.Select, P2: returnFCP, Data: []byte{byte(f.id >> 8), byte(f.id)}, Reply: true,
	})
	if err != nil {
		return fcp{}, err
	}
	return parseFCP(answer), nil
}

// readFile reads a transparent file.
func readFile(ctx context.Context, ch apdu.Channel, f file) ([]byte, error) {
	info, err := selectFile(ctx, ch, f)
	if err != nil {
		return nil, err
	}
	size := info.size
	if size > maxFile {
		return nil, fmt.Errorf("%w: %s of %d bytes", ErrAnswer, f.name, size)
	}
	if size < 0 {
		return readPart(ctx, ch, f, 0, 0)
	}
	var content []byte
	for len(content) < size {
		part, err := readPart(ctx, ch, f, len(content), min(size-len(content), 0xff))
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			break
		}
		content = append(content, part...)
	}
	return content, nil
}

// readPart reads n bytes from an offset; n = 0 is as many as there are.
func readPart(ctx context.Context, ch apdu.Channel, f file, offset, n int) ([]byte, error) {
	return apdu.Must(ctx, ch, "READ BINARY of "+f.name, apdu.Command{
		Instruction: apdu.ReadBinary, P1: byte(offset >> 8), P2: byte(offset), Reply: true, Length: byte(n),
	})
}

// readRecords reads all records of a linear fixed file.
func readRecords(ctx context.Context, ch apdu.Channel, f file) ([][]byte, error) {
	const absolute = 0x04 // P1 is the record's number
	info, err := selectFile(ctx, ch, f)
	if err != nil {
		return nil, err
	}
	n := info.records
	if n == 0 || n > maxRecords {
		n = maxRecords // until the card says that there are no more
	}
	var records [][]byte
	for i := 1; i <= n; i++ {
		record, err := apdu.Must(ctx, ch, fmt.Sprintf("READ RECORD %d of %s", i, f.name), apdu.Command{
			Instruction: apdu.ReadRecord, P1: byte(i), P2: absolute, Reply: true, Length: byte(info.recordSize),
		})
		if isStatus(err, apdu.RecordNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// isStatus tells whether err is that of a card that answered s.
func isStatus(err error, s apdu.Status) bool {
	var refused *apdu.StatusError
	return errors.As(err, &refused) && refused.Status == s
}

// isRefusal tells whether err is any refusal of the card's or the modem's: the
// channel works.
func isRefusal(err error) bool {
	var refused *apdu.StatusError
	return errors.As(err, &refused) || errors.Is(err, apdu.ErrRefused)
}
