package pcap

import (
	"fmt"
	"io"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// WriteKeys writes the keys of a set as Wireshark's table "ESP SAs" has them, in
// its file esp_sa: one line an SA. Whoever has the file can read the set's
// packets, so nothing writes it that wasn't asked to by name.
func WriteKeys(w io.Writer, set secagree.Set) error {
	encryption, integrity := wiresharkNames(set.Suite)
	version := "IPv6"
	if set.UE.Addr.Unmap().Is4() {
		version = "IPv4"
	}
	ek := append(esp.EncryptionKey(set.Suite, set.CK), saltOf(set)...)
	ak := esp.AuthKey(set.Suite, set.IK)
	for _, sa := range set.SAs() {
		_, err := fmt.Fprintf(w, "%q,%q,%q,\"0x%08x\",%q,%q,%q,%q\n", version, sa.Source.Addr().Unmap(), sa.Destination.Addr().Unmap(),
			sa.SPI, encryption, hexKey(ek), integrity, hexKey(ak))
		if err != nil {
			return err
		}
	}
	return nil
}

// saltOf is what Wireshark wants after a key of AES-GCM.
func saltOf(set secagree.Set) []byte {
	if set.Suite.Encryption != secagree.AESGCM {
		return nil
	}
	return esp.Salt(set.Suite, set.IK, set.CK)
}

func hexKey(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return fmt.Sprintf("0x%x", b)
}

func wiresharkNames(s secagree.Suite) (encryption, integrity string) {
	encryption = map[secagree.Encryption]string{
		secagree.NoEncryption: "NULL", secagree.AESCBC: "AES-CBC [RFC3602]", secagree.AESGCM: "AES-GCM with 16 octet ICV [RFC4106]",
	}[s.Encryption]
	integrity = map[secagree.Integrity]string{
		secagree.NoIntegrity: "NULL", secagree.HMACMD5: "HMAC-MD5-96 [RFC2403]", secagree.HMACSHA1: "HMAC-SHA-1-96 [RFC2404]",
		secagree.AESGMAC: "ANY 128 bit authentication [no checking]",
	}[s.Integrity]
	return encryption, integrity
}
