namespace ConsulKvTools.Diagnosis;

/// <summary>One check of one layer. Probes do not know each other; they meet only in <see cref="ProbeContext.Facts"/>.</summary>
internal interface IProbe
{
    /// <summary>A short name in PascalCase, shown to people.</summary>
    string Name { get; }

    /// <summary>The layer it checks.</summary>
    ConsulLayer Layer { get; }

    /// <summary>The layer that must have ended without failure before this probe can say anything; null when none.</summary>
    ConsulLayer? Needs { get; }

    /// <summary>
    /// Runs the check; changes no data. Failures of Consul are findings in the result; an exception means that the probe itself
    /// broke. Set only Status, Summary, Findings and Facts: the diagnoser fills in the rest.
    /// </summary>
    Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation);
}
