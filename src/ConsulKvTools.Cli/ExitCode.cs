namespace ConsulKvTools.Cli;

/// <summary>What a script learns without reading a word. The same for text and JSON.</summary>
internal static class ExitCode
{
    /// <summary>All is well: healthy, allowed, found, written.</summary>
    public const int Healthy = 0;

    /// <summary>The command did its work and has bad news: a fault, a denial, a missing key, a write that is not <c>Written</c>.</summary>
    public const int Fault = 1;

    /// <summary>The command line or its input cannot be used; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>The command could not do its work: no answer, an unusable configuration, stopped half-way.</summary>
    public const int CouldNotRun = 3;

    /// <summary>For a failure that ends a command.</summary>
    public static int Of(ConsulFinding finding) => finding.Code == "Key.WaitTimeout" ? Fault : IsInput(finding) ? Usage : CouldNotRun;

    /// <summary>For a write: one that was refused for its input never left this machine.</summary>
    public static int Of(ConsulKvWriteResult result) => result switch
    {
        { Outcome: ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged } => Healthy,
        { Attempts.Count: 0, Finding: { } finding } when IsInput(finding) => Usage,
        _ => Fault,
    };

    private static bool IsInput(ConsulFinding finding) => finding.Layer == ConsulLayer.Key || finding.Code == "Document.Unreadable";
}
