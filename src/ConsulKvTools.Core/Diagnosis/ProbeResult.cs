using System.Collections;

namespace ConsulKvTools;

/// <summary>What one probe saw.</summary>
public sealed record ProbeResult
{
    /// <summary>The probe's name, for example <c>Tcp</c>.</summary>
    public required string Probe { get; init; }

    /// <summary>The layer it looked at.</summary>
    public required ConsulLayer Layer { get; init; }

    /// <summary>How it ended.</summary>
    public required ProbeStatus Status { get; init; }

    /// <summary>One line for people: what was seen, or why it was skipped.</summary>
    public required string Summary { get; init; }

    /// <summary>What it found worth telling; empty when all is well.</summary>
    public IReadOnlyList<ConsulFinding> Findings { get; init; } = [];

    /// <summary>What it measured or learnt, by name. Read-only; never holds a secret.</summary>
    public IDictionary Facts { get; init; } = EmptyFacts;

    /// <summary>Time from the start of the diagnosis to the start of this probe.</summary>
    public TimeSpan StartedAfter { get; init; }

    /// <summary>How long it ran; zero when skipped.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>True when a failure leaves the layers above with nothing to look at; false when they can still say something.</summary>
    internal bool Blocks { get; init; } = true;

    /// <inheritdoc/>
    public override string ToString() => $"{Probe}: {Status}: {Summary}";

    private static readonly IDictionary EmptyFacts = new System.Collections.Specialized.OrderedDictionary().AsReadOnly();
}
