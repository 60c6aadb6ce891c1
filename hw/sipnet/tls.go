package sipnet

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// TrustFile makes TLS settings that trust the authorities in the PEM file at
// path instead of the system's; an empty path trusts the system's.
func TrustFile(path string) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if path == "" {
		return cfg, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the file of trusted certificates can't be read: %w", err)
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate: give a PEM file with BEGIN CERTIFICATE lines", path)
	}
	return cfg, nil
}

// clientTLS makes the settings for a connection to a server of domain. SIP's
// rules for names in certificates differ from the Web's, so the check is ours;
// settings that ask for no check get none.
func clientTLS(base *tls.Config, domain string) *tls.Config {
	cfg := base.Clone()
	cfg.ServerName = domain
	if cfg.InsecureSkipVerify {
		return cfg
	}
	cfg.InsecureSkipVerify = true // the Web's check only: VerifyConnection makes SIP's
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		return verifyServer(cs, domain, base.RootCAs)
	}
	return cfg
}

// verifyServer checks that the server's certificate leads to one of roots and
// speaks for domain (RFC 5922 §7).
func verifyServer(cs tls.ConnectionState, domain string, roots *x509.CertPool) error {
	if len(cs.PeerCertificates) == 0 {
		return fmt.Errorf("%w: it sent none", ErrCertificate)
	}
	leaf := cs.PeerCertificates[0]
	opts := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, cert := range cs.PeerCertificates[1:] {
		opts.Intermediates.AddCert(cert)
	}
	if hasSIPDomainUsage(leaf) {
		opts.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	}
	if _, err := leaf.Verify(opts); err != nil {
		return certificateError(err)
	}
	return checkIdentity(leaf, domain)
}

func certificateError(err error) error {
	advice := "check the phone's clock and the certificate's dates"
	if unknown := (x509.UnknownAuthorityError{}); errors.As(err, &unknown) {
		advice = "give its authority's PEM file as trusted"
	}
	return fmt.Errorf("%w: %w: %s", ErrCertificate, err, advice)
}

// sipDomainUsage is id-kp-sipDomain (RFC 5924 §4).
var sipDomainUsage = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 20}

// hasSIPDomainUsage tells whether the certificate was issued for SIP domains,
// which makes up for the lack of the Web's server usage.
func hasSIPDomainUsage(cert *x509.Certificate) bool {
	return slices.ContainsFunc(cert.UnknownExtKeyUsage, sipDomainUsage.Equal)
}

// checkIdentity compares domain with the names in cert. Wildcards don't match
// (RFC 5922 §7.2).
func checkIdentity(cert *x509.Certificate, domain string) error {
	if addr, err := netip.ParseAddr(strings.Trim(domain, "[]")); err == nil {
		return checkAddress(cert, addr)
	}
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	names := identities(cert)
	if slices.Contains(names, domain) {
		return nil
	}
	return fmt.Errorf("%w: it speaks for %s and not for %s: correct the proxy's name or its certificate",
		ErrCertificate, orNobody(names), domain)
}

func checkAddress(cert *x509.Certificate, addr netip.Addr) error {
	for _, ip := range cert.IPAddresses {
		if a, ok := netip.AddrFromSlice(ip); ok && a.Unmap() == addr.Unmap() {
			return nil
		}
	}
	return fmt.Errorf("%w: it doesn't hold the address %s: use the server's name instead of its address", ErrCertificate, addr)
}

// identities gives the SIP domains that cert speaks for: the hosts of its sip:
// URIs without user part, or if there are none its DNS names (RFC 5922 §7.1).
func identities(cert *x509.Certificate) []string {
	var names []string
	for _, uri := range cert.URIs {
		host := uri.Opaque // sip:example.com has no slashes
		if strings.EqualFold(uri.Scheme, "sip") && host != "" && !strings.ContainsAny(host, "@;?:") {
			names = append(names, strings.ToLower(host))
		}
	}
	if len(names) > 0 {
		return names
	}
	for _, name := range cert.DNSNames {
		names = append(names, strings.ToLower(name))
	}
	return names
}

func orNobody(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}
