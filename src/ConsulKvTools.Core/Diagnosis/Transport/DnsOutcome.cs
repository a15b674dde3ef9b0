namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What a name server made of a question.</summary>
internal enum DnsOutcome
{
    /// <summary>It gave addresses.</summary>
    Addresses,

    /// <summary>The name exists without such an address (RCODE 0, no answer).</summary>
    NoData,

    /// <summary>The name does not exist (RCODE 3).</summary>
    NameError,

    /// <summary>The server could not find out (RCODE 2).</summary>
    ServerFailure,

    /// <summary>The server does not answer this client (RCODE 5).</summary>
    Refused,

    /// <summary>Another RCODE, or something that is no answer.</summary>
    Other,

    /// <summary>Nothing came.</summary>
    TimedOut,

    /// <summary>Nobody listens there, or no way leads there.</summary>
    NotListening,
}
