package sip

// HeaderID names a header field by number.
type HeaderID uint8

// The header fields that the package knows by name. HOther stands for any
// other; its name is in the Field.
const (
	HOther HeaderID = iota
	HVia
	HFrom
	HTo
	HCallID
	HCSeq
	HContact
	HRoute
	HRecordRoute
	HMaxForwards
	HContentLength
	HContentType
	HContentDisposition
	HContentEncoding
	HContentLanguage
	HContentID
	HMIMEVersion
	HExpires
	HMinExpires
	HRequire
	HSupported
	HProxyRequire
	HUnsupported
	HAllow
	HAllowEvents
	HAccept
	HAcceptEncoding
	HAcceptLanguage
	HAuthorization
	HWWWAuthenticate
	HProxyAuthenticate
	HProxyAuthorization
	HAuthenticationInfo
	HProxyAuthenticationInfo
	HRSeq
	HRAck
	HSessionExpires
	HMinSE
	HPath
	HServiceRoute
	HPAssociatedURI
	HPAssertedIdentity
	HPPreferredIdentity
	HPAssertedService
	HPPreferredService
	HPAccessNetworkInfo
	HPVisitedNetworkID
	HPCalledPartyID
	HPChargingVector
	HPChargingFunctionAddresses
	HPEarlyMedia
	HPrivacy
	HUserAgent
	HServer
	HReason
	HWarning
	HRetryAfter
	HEvent
	HSubscriptionState
	HSIPETag
	HSIPIfMatch
	HReferTo
	HReferredBy
	HReferSub
	HReplaces
	HTargetDialog
	HJoin
	HHistoryInfo
	HDiversion
	HAcceptContact
	HRejectContact
	HRequestDisposition
	HResourcePriority
	HGeolocation
	HFeatureCaps
	HRecvInfo
	HInfoPackage
	HSecurityClient
	HSecurityServer
	HSecurityVerify
	HIdentity
	HIdentityInfo
	HDate
	HSubject
	HTimestamp
	HOrganization
	HPriority
	HInReplyTo
	HReplyTo
	HCallInfo
	HAlertInfo
	HErrorInfo
	HFlowTimer
	numHeaders
)

// headerNames holds the canonical spelling of each header's name.
var headerNames = [numHeaders]string{
	HOther: "", HVia: "Via", HFrom: "From", HTo: "To", HCallID: "Call-ID", HCSeq: "CSeq",
	HContact: "Contact", HRoute: "Route", HRecordRoute: "Record-Route",
	HMaxForwards: "Max-Forwards", HContentLength: "Content-Length",
	HContentType: "Content-Type", HContentDisposition: "Content-Disposition",
	HContentEncoding: "Content-Encoding", HContentLanguage: "Content-Language",
	HContentID: "Content-ID", HMIMEVersion: "MIME-Version",
	HExpires: "Expires", HMinExpires: "Min-Expires",
	HRequire: "Require", HSupported: "Supported", HProxyRequire: "Proxy-Require",
	HUnsupported: "Unsupported", HAllow: "Allow", HAllowEvents: "Allow-Events",
	HAccept: "Accept", HAcceptEncoding: "Accept-Encoding", HAcceptLanguage: "Accept-Language",
	HAuthorization: "Authorization", HWWWAuthenticate: "WWW-Authenticate",
	HProxyAuthenticate: "Proxy-Authenticate", HProxyAuthorization: "Proxy-Authorization",
	HAuthenticationInfo:      "Authentication-Info",
	HProxyAuthenticationInfo: "Proxy-Authentication-Info",
	HRSeq:                    "RSeq", HRAck: "RAck", HSessionExpires: "Session-Expires", HMinSE: "Min-SE",
	HPath: "Path", HServiceRoute: "Service-Route", HPAssociatedURI: "P-Associated-URI",
	HPAssertedIdentity: "P-Asserted-Identity", HPPreferredIdentity: "P-Preferred-Identity",
	HPAssertedService: "P-Asserted-Service", HPPreferredService: "P-Preferred-Service",
	HPAccessNetworkInfo: "P-Access-Network-Info", HPVisitedNetworkID: "P-Visited-Network-ID",
	HPCalledPartyID: "P-Called-Party-ID", HPChargingVector: "P-Charging-Vector",
	HPChargingFunctionAddresses: "P-Charging-Function-Addresses",
	HPEarlyMedia:                "P-Early-Media", HPrivacy: "Privacy",
	HUserAgent: "User-Agent", HServer: "Server", HReason: "Reason", HWarning: "Warning",
	HRetryAfter: "Retry-After", HEvent: "Event", HSubscriptionState: "Subscription-State",
	HSIPETag: "SIP-ETag", HSIPIfMatch: "SIP-If-Match",
	HReferTo: "Refer-To", HReferredBy: "Referred-By", HReferSub: "Refer-Sub",
	HReplaces: "Replaces", HTargetDialog: "Target-Dialog", HJoin: "Join",
	HHistoryInfo: "History-Info", HDiversion: "Diversion",
	HAcceptContact: "Accept-Contact", HRejectContact: "Reject-Contact",
	HRequestDisposition: "Request-Disposition", HResourcePriority: "Resource-Priority",
	HGeolocation: "Geolocation", HFeatureCaps: "Feature-Caps",
	HRecvInfo: "Recv-Info", HInfoPackage: "Info-Package",
	HSecurityClient: "Security-Client", HSecurityServer: "Security-Server",
	HSecurityVerify: "Security-Verify", HIdentity: "Identity", HIdentityInfo: "Identity-Info",
	HDate: "Date", HSubject: "Subject", HTimestamp: "Timestamp",
	HOrganization: "Organization", HPriority: "Priority", HInReplyTo: "In-Reply-To",
	HReplyTo: "Reply-To", HCallInfo: "Call-Info", HAlertInfo: "Alert-Info",
	HErrorInfo: "Error-Info", HFlowTimer: "Flow-Timer",
}

// compactForm gives the header that a one-letter name stands for
// (RFC 3261 §7.3.3 and the registry that the extensions add to).
func compactForm(letter byte) HeaderID {
	switch letter | 0x20 {
	case 'a':
		return HAcceptContact
	case 'b':
		return HReferredBy
	case 'c':
		return HContentType
	case 'd':
		return HRequestDisposition
	case 'e':
		return HContentEncoding
	case 'f':
		return HFrom
	case 'i':
		return HCallID
	case 'j':
		return HRejectContact
	case 'k':
		return HSupported
	case 'l':
		return HContentLength
	case 'm':
		return HContact
	case 'n':
		return HIdentityInfo
	case 'o':
		return HEvent
	case 'r':
		return HReferTo
	case 's':
		return HSubject
	case 't':
		return HTo
	case 'u':
		return HAllowEvents
	case 'v':
		return HVia
	case 'x':
		return HSessionExpires
	case 'y':
		return HIdentity
	}
	return HOther
}

// String gives the header's canonical name, "" for HOther.
func (id HeaderID) String() string {
	if id >= numHeaders {
		return ""
	}
	return headerNames[id]
}

// isList tells whether one line of the header may hold several elements
// separated by commas (RFC 3261 §7.3.1, table of §25.1 and the extensions).
func (id HeaderID) isList() bool {
	switch id {
	case HVia, HContact, HRoute, HRecordRoute, HContentEncoding, HContentLanguage,
		HRequire, HSupported, HProxyRequire, HUnsupported, HAllow, HAllowEvents,
		HAccept, HAcceptEncoding, HAcceptLanguage, HPath, HServiceRoute,
		HPAssociatedURI, HPAssertedIdentity, HPPreferredIdentity, HPAssertedService,
		HPPreferredService, HPAccessNetworkInfo, HPVisitedNetworkID, HPEarlyMedia,
		HReason, HWarning, HHistoryInfo, HDiversion, HAcceptContact, HRejectContact,
		HRequestDisposition, HResourcePriority, HGeolocation, HFeatureCaps, HRecvInfo,
		HSecurityClient, HSecurityServer, HSecurityVerify, HInReplyTo, HCallInfo,
		HAlertInfo, HErrorInfo:
		return true
	}
	return false
}
