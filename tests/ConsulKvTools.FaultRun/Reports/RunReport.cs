using ConsulKvTools.FaultRun.Running;

namespace ConsulKvTools.FaultRun.Reports;

/// <summary>What a run came to.</summary>
internal sealed record RunReport
{
    /// <summary>Decides the faults and the clients' dice: the same seed plays the same schedule again.</summary>
    public required int Seed { get; init; }

    /// <summary>Reads and writes.</summary>
    public required int Operations { get; init; }

    /// <summary>Writes whose outcome stayed unknown.</summary>
    public required int Unknown { get; init; }

    /// <summary>Their share of all operations, 0 to 1.</summary>
    public double UnknownShare => Operations == 0 ? 0 : (double)Unknown / Operations;

    /// <summary>How long clients worked and faults were done, the quiet at the end included.</summary>
    public required TimeSpan Worked { get; init; }

    /// <summary>How long the histories were checked.</summary>
    public required TimeSpan Checked { get; init; }

    /// <summary>Operations by workload, kind and outcome.</summary>
    public required IReadOnlyList<OperationCount> Counts { get; init; }

    /// <summary>The codes of what was not written, conflicts apart.</summary>
    public required IReadOnlyDictionary<string, int> Codes { get; init; }

    /// <summary>How many entries of the schedule were played.</summary>
    public required int Faults { get; init; }

    /// <summary>How often each kind was done; two at once count for both.</summary>
    public required IReadOnlyDictionary<string, int> FaultsByKind { get; init; }

    /// <summary>What could not be done here and why; null when all could.</summary>
    public string? NotDone { get; init; }

    /// <summary>Single requests that were cut, delayed, dropped or held back.</summary>
    public required int RequestsTouched { get; init; }

    /// <summary>The schedule that was played.</summary>
    public required IReadOnlyList<string> Schedule { get; init; }

    /// <summary>What cannot be; empty when all is well.</summary>
    public required IReadOnlyList<Violation> Violations { get; init; }
}
