namespace ConsulKvTools.Kv;

/// <summary>What was read or written with a session. Its name alone does not say where: sessions without a name of their own are called by their address, whatever their datacenter.</summary>
internal interface IOfSession
{
    /// <summary>The session's name; null when it is of none.</summary>
    string? Session { get; }

    /// <summary>The session itself; null when that is not known, as of what came from a file or another process.</summary>
    ConsulKvSession? Origin { get; }
}
