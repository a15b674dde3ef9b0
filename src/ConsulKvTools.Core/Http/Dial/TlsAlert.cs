namespace ConsulKvTools.Http;

/// <summary>The alerts of TLS (RFC 8446 section 6 and its elders): a number on the wire, a name for people.</summary>
internal static class TlsAlert
{
    public const int CloseNotify = 0;
    public const int UnexpectedMessage = 10;
    public const int BadRecordMac = 20;
    public const int HandshakeFailure = 40;
    public const int BadCertificate = 42;
    public const int UnsupportedCertificate = 43;
    public const int CertificateRevoked = 44;
    public const int CertificateExpired = 45;
    public const int CertificateUnknown = 46;
    public const int UnknownCa = 48;
    public const int AccessDenied = 49;
    public const int DecodeError = 50;
    public const int DecryptError = 51;
    public const int ProtocolVersion = 70;
    public const int InsufficientSecurity = 71;
    public const int InternalError = 80;
    public const int UnrecognizedName = 112;
    public const int CertificateRequired = 116;
    public const int NoApplicationProtocol = 120;

    /// <summary>The alert's name in PascalCase; <c>Unassigned</c> where the registry has none.</summary>
    public static string NameOf(int alert) => alert switch
    {
        0 => "CloseNotify",
        10 => "UnexpectedMessage",
        20 => "BadRecordMac",
        21 => "DecryptionFailed",
        22 => "RecordOverflow",
        30 => "DecompressionFailure",
        40 => "HandshakeFailure",
        41 => "NoCertificate",
        42 => "BadCertificate",
        43 => "UnsupportedCertificate",
        44 => "CertificateRevoked",
        45 => "CertificateExpired",
        46 => "CertificateUnknown",
        47 => "IllegalParameter",
        48 => "UnknownCa",
        49 => "AccessDenied",
        50 => "DecodeError",
        51 => "DecryptError",
        60 => "ExportRestriction",
        70 => "ProtocolVersion",
        71 => "InsufficientSecurity",
        80 => "InternalError",
        86 => "InappropriateFallback",
        90 => "UserCanceled",
        100 => "NoRenegotiation",
        109 => "MissingExtension",
        110 => "UnsupportedExtension",
        111 => "CertificateUnobtainable",
        112 => "UnrecognizedName",
        113 => "BadCertificateStatusResponse",
        114 => "BadCertificateHashValue",
        115 => "UnknownPskIdentity",
        116 => "CertificateRequired",
        120 => "NoApplicationProtocol",
        121 => "EchRequired",
        _ => "Unassigned",
    };

    /// <summary>True for the alerts by which a server that asked for a client certificate turns the answer down.</summary>
    public static bool JudgesACertificate(int alert) =>
        alert is 41 or BadCertificate or UnsupportedCertificate or CertificateRevoked or CertificateExpired or CertificateUnknown
            or UnknownCa or AccessDenied or DecryptError or CertificateRequired;

    /// <summary>How evidence shows an alert: <c>handshake_failure</c>'s number and name.</summary>
    public static string Describe(int alert) => $"{alert} {NameOf(alert)}";

    /// <summary>The finding for a fatal alert that nothing explains better.</summary>
    public static string CodeOf(int alert) => alert switch
    {
        HandshakeFailure or InsufficientSecurity => "Tls.NoCommonCipher",
        ProtocolVersion => "Tls.ProtocolVersion",
        UnrecognizedName => "Tls.SniRejected",
        NoApplicationProtocol => "Tls.AlpnMismatch",
        InternalError => "Tls.ServerInternalError",
        _ => "Tls.Alert." + NameOf(alert),
    };
}
