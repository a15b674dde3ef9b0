using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools;

/// <summary>What a diagnosis is to look at.</summary>
public sealed record DiagnosisRequest
{
    /// <summary>The key the write concerns; null asks about the connection and cluster, and ACLs only in general.</summary>
    public string? Key { get; init; }

    /// <summary>The value that is to be written; null when only the way is of interest. Never sent: as many zeros stand in for it.</summary>
    public byte[]? Value { get; init; }

    /// <summary>What is to be done to the key.</summary>
    public AclOperation Operation { get; init; } = AclOperation.Write;

    /// <summary>
    /// Time for the whole diagnosis (besides <see cref="IdleTime"/>), above zero and at most one day. Probes that are not done by then are
    /// reported as such.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Also finds out whether a connection survives this long a silence, 1 s to 1 day; null (the default) does not. The diagnosis then takes
    /// that much longer: its deadline is <see cref="Timeout"/> plus this time.
    /// </summary>
    public TimeSpan? IdleTime { get; init; }

    /// <summary>Writes, reads and deletes one key of its own below this prefix; null (the default) changes nothing.</summary>
    public string? CanaryPrefix { get; init; }

    /// <summary>Findings that are known and shall not count for verdict and root cause; they stay in the diagnosis, marked.</summary>
    public IReadOnlyList<FindingSuppression> Suppressions { get; init; } = [];

    /// <summary>The process the diagnosis is made for; null means this one.</summary>
    internal ProcessSnapshot? Program { get; init; }
}
