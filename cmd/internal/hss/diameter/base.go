package diameter

// The commands of the base protocol (RFC 6733 §3.1).
const (
	CapabilitiesExchange uint32 = 257
	DeviceWatchdog       uint32 = 280
	DisconnectPeer       uint32 = 282
)

// Relay is the application of a peer that forwards any (RFC 6733 §2.4).
const Relay uint32 = 0xffffffff

// The attributes of the base protocol (RFC 6733 §4.5), and those of
// Digest (RFC 4740 §9) that Cx borrows.
const (
	UserName                    Attribute = 1
	DigestRealm                 Attribute = 104
	DigestQoP                   Attribute = 110
	DigestAlgorithm             Attribute = 111
	DigestHA1                   Attribute = 121
	HostIPAddress               Attribute = 257
	AuthApplicationID           Attribute = 258
	VendorSpecificApplicationID Attribute = 260
	SessionID                   Attribute = 263
	OriginHost                  Attribute = 264
	SupportedVendorID           Attribute = 265
	VendorID                    Attribute = 266
	ResultCode                  Attribute = 268
	ProductName                 Attribute = 269
	DisconnectCause             Attribute = 273
	AuthSessionState            Attribute = 277
	FailedAVP                   Attribute = 279
	DestinationRealm            Attribute = 283
	DestinationHost             Attribute = 293
	OriginRealm                 Attribute = 296
	ExperimentalResult          Attribute = 297
	ExperimentalResultCode      Attribute = 298
)

// NoStateMaintained is the Auth-Session-State of every message of Cx
// (RFC 6733 §8.11).
const NoStateMaintained uint32 = 1

// Values of Result-Code (RFC 6733 §7.1).
const (
	Success                uint32 = 2001
	CommandUnsupported     uint32 = 3001
	ApplicationUnsupported uint32 = 3007
	AuthorizationRejected  uint32 = 5003
	InvalidAVPValue        uint32 = 5004
	MissingAVP             uint32 = 5005
	NoCommonApplication    uint32 = 5010
	UnableToComply         uint32 = 5012
)
