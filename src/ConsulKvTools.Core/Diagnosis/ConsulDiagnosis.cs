using System.Collections;
using ConsulKvTools.Diagnosis.Reports.Secrets;

namespace ConsulKvTools;

/// <summary>Why a write to Consul KV fails, or that it would not.</summary>
public sealed record ConsulDiagnosis
{
    /// <summary>The address that was diagnosed.</summary>
    public required string Target { get; init; }

    /// <summary>The key it was about; null when none was given.</summary>
    public string? Key { get; init; }

    /// <summary>The whole in one word.</summary>
    public required DiagnosisVerdict Verdict { get; init; }

    /// <summary>The one finding that, mended, would unblock the write; the gravest warning when degraded; null when healthy.</summary>
    public ConsulFinding? RootCause { get; init; }

    /// <summary>Every finding: the root cause first, then by layer, consequences last.</summary>
    public required IReadOnlyList<ConsulFinding> Findings { get; init; }

    /// <summary>Every probe, in the order of the layers.</summary>
    public required IReadOnlyList<ProbeResult> Probes { get; init; }

    /// <summary>What was learnt, by name: address, version, leader, token and so on. Read-only; never holds a secret.</summary>
    public required IDictionary Facts { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Every setting of the session with the source that won; secrets masked.</summary>
    public IReadOnlyList<ConsulSetting> Configuration { get; init; } = [];

    /// <summary>What tells whether a report of this diagnosis holds a secret of its session; it holds none itself.</summary>
    internal SecretPrints Secrets { get; init; } = SecretPrints.None;

    /// <inheritdoc/>
    public override string ToString() => RootCause is null ? $"{Target}: {Verdict}" : $"{Target}: {Verdict}: {RootCause}";
}
