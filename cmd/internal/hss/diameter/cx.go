package diameter

// Cx is the application of the interface between a CSCF and the HSS, TGPP the
// vendor that defined it (TS 29.229 §5).
const (
	Cx   uint32 = 16777216
	TGPP uint32 = 10415
)

// The commands of Cx (TS 29.229 §6.1).
const (
	UserAuthorization       uint32 = 300
	ServerAssignment        uint32 = 301
	LocationInfo            uint32 = 302
	MultimediaAuth          uint32 = 303
	RegistrationTermination uint32 = 304
)

// tgpp marks the attributes that 3GPP defined.
const tgpp = Attribute(TGPP) << 32

// The attributes of Cx (TS 29.229 §6.3).
const (
	VisitedNetworkIdentifier    Attribute = tgpp + 600
	PublicIdentity              Attribute = tgpp + 601
	ServerName                  Attribute = tgpp + 602
	ServerCapabilities          Attribute = tgpp + 603
	MandatoryCapability         Attribute = tgpp + 604
	OptionalCapability          Attribute = tgpp + 605
	UserData                    Attribute = tgpp + 606
	SIPNumberAuthItems          Attribute = tgpp + 607
	SIPAuthenticationScheme     Attribute = tgpp + 608
	SIPAuthenticate             Attribute = tgpp + 609
	SIPAuthorization            Attribute = tgpp + 610
	SIPAuthDataItem             Attribute = tgpp + 612
	SIPItemNumber               Attribute = tgpp + 613
	ServerAssignmentType        Attribute = tgpp + 614
	DeregistrationReason        Attribute = tgpp + 615
	ReasonCode                  Attribute = tgpp + 616
	ReasonInfo                  Attribute = tgpp + 617
	ChargingInformation         Attribute = tgpp + 618
	PrimaryEventCharging        Attribute = tgpp + 619
	SecondaryEventCharging      Attribute = tgpp + 620
	PrimaryChargingCollection   Attribute = tgpp + 621
	SecondaryChargingCollection Attribute = tgpp + 622
	UserAuthorizationType       Attribute = tgpp + 623
	UserDataAlreadyAvailable    Attribute = tgpp + 624
	ConfidentialityKey          Attribute = tgpp + 625
	IntegrityKey                Attribute = tgpp + 626
	OriginatingRequest          Attribute = tgpp + 633
	SIPDigestAuthenticate       Attribute = tgpp + 635
)

// Values of Experimental-Result-Code (TS 29.229 §6.2).
const (
	FirstRegistration           uint32 = 2001
	SubsequentRegistration      uint32 = 2002
	UnregisteredService         uint32 = 2003
	ErrorUserUnknown            uint32 = 5001
	ErrorIdentitiesDontMatch    uint32 = 5002
	ErrorIdentityNotRegistered  uint32 = 5003
	ErrorAlreadyRegistered      uint32 = 5005
	ErrorAuthSchemeNotSupported uint32 = 5006
	ErrorInAssignmentType       uint32 = 5007
)

// AlreadyAvailable is the User-Data-Already-Available of an S-CSCF that needs
// no User-Data (TS 29.229 §6.3.26).
const AlreadyAvailable uint32 = 1

// Values of SIP-Authentication-Scheme (TS 29.229 §6.3.9).
const (
	SchemeAKAv1     = "Digest-AKAv1-MD5"
	SchemeSIPDigest = "SIP Digest"
	SchemeUnknown   = "Unknown"
)
