package main

import "strings"

// The messages are those of an IMS registration and call as a phone sees them:
// an INVITE of 1630 bytes, a REGISTER of 773 and a 200 OK of 722.
var (
	invite = message(1630,
		"INVITE sip:+15550002@10.46.1.2:45002;transport=udp;alias=10.46.1.2~45001~1 SIP/2.0",
		"Via: SIP/2.0/UDP 10.46.0.11:5100;branch=z9hG4bK5f1c.8a4b1d93f6e7c2d0a1b2c3d4e5f60718.0;i=1",
		"Via: SIP/2.0/UDP 10.46.0.13:6060;branch=z9hG4bK5f1c.1d93f6e7c2d0a1b2c3d4e5f607188a4b.0",
		"Via: SIP/2.0/UDP 10.46.1.3:45002;received=10.46.1.3;rport=45002;branch=z9hG4bKnashds8a61",
		"Record-Route: <sip:mo@10.46.0.11:5100;lr=on;ftag=4fa3;did=641.2ce1>",
		"Record-Route: <sip:mo@10.46.0.13:6060;lr=on;ftag=4fa3;did=641.2ce1>",
		"Max-Forwards: 66",
		"From: \"Alice\" <sip:+15550001@ims.mnc001.mcc001.3gppnetwork.org>;tag=4fa3",
		"To: <sip:+15550002@ims.mnc001.mcc001.3gppnetwork.org>",
		"Call-ID: 3848276298220188511@10.46.1.3",
		"CSeq: 20 INVITE",
		"Contact: <sip:+15550001@10.46.1.3:45002;alias=10.46.1.3~45001~1>;+sip.instance=\"<urn:gsma:imei:35622410-483840-0>\";+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\";audio",
		"P-Asserted-Identity: <sip:+15550001@ims.mnc001.mcc001.3gppnetwork.org>, <tel:+15550001>",
		"P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101",
		"Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, MESSAGE, NOTIFY, REFER, OPTIONS",
		"Supported: 100rel, timer, precondition, replaces",
		"Session-Expires: 1800;refresher=uac",
		"Content-Type: application/sdp",
	)
	register = message(773,
		"REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0",
		"Via: SIP/2.0/UDP 10.46.1.2:5060;rport;branch=z9hG4bKnashds7",
		"Max-Forwards: 70",
		"From: <sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org>;tag=4fa3",
		"To: <sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org>",
		"Call-ID: apb03a0s09dkjdfglkj49111",
		"CSeq: 1 REGISTER",
		"Contact: <sip:001010000000001@10.46.1.2:45002>;expires=3600;+sip.instance=\"<urn:gsma:imei:35622410-483840-0>\"",
		"Authorization: Digest username=\"001010000000001@ims\", realm=\"ims\", nonce=\"\", uri=\"sip:ims\", response=\"\"",
		"Supported: path, gruu",
		"Expires: 3600",
	)
	ok = message(722,
		"SIP/2.0 200 OK",
		"Via: SIP/2.0/UDP 10.46.0.11:5100;branch=z9hG4bK5f1c.8a4b1d93f6e7c2d0.0;i=1",
		"Via: SIP/2.0/UDP 10.46.1.3:45002;received=10.46.1.3;rport=45002;branch=z9hG4bKnashds8a61",
		"Record-Route: <sip:mo@10.46.0.11:5100;lr=on;ftag=4fa3;did=641.2ce1>",
		"From: \"Alice\" <sip:+15550001@ims.mnc001.mcc001.3gppnetwork.org>;tag=4fa3",
		"To: <sip:+15550002@ims.mnc001.mcc001.3gppnetwork.org>;tag=8d1e",
		"Call-ID: 3848276298220188511@10.46.1.3",
		"CSeq: 20 INVITE",
		"Contact: <sip:+15550002@10.46.1.2:45002>",
		"Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE",
		"Supported: 100rel, timer",
		"Content-Type: application/sdp",
	)
)

const sdp = "v=0\r\no=- 3890 1 IN IP4 10.46.1.3\r\ns=-\r\nc=IN IP4 10.46.1.3\r\nt=0 0\r\n"

// message joins the lines and a body to a message of exactly size bytes. What
// is left over after the head goes to the body, which a parser takes whole.
func message(size int, lines ...string) []byte {
	head := strings.Join(lines, "\r\n") + "\r\nContent-Length: "
	n := size - len(head) - len("000\r\n\r\n")
	if n < 0 || n > 999 {
		panic("the head leaves no room for a body of three digits")
	}
	digits := string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
	body := (sdp + strings.Repeat("a=x\r\n", 200))[:n]
	return []byte(head + digits + "\r\n\r\n" + body)
}
