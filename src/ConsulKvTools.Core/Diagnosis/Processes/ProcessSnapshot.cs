namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>What another process is like, read once. Null members could not be learnt.</summary>
internal sealed record ProcessSnapshot
{
    /// <summary>Its id.</summary>
    public required int Pid { get; init; }

    /// <summary>The program's name. Never its arguments: those may hold a token.</summary>
    public required string Command { get; init; }

    /// <summary>The kernel's letter for its state: R, S, D, T (stopped), t (held by a debugger), Z (ended), I.</summary>
    public char? State { get; init; }

    /// <summary>True for a thread of the kernel: it has no environment and no files.</summary>
    public bool IsKernelThread { get; init; }

    /// <summary>The user it runs as: a name, or a number where the number has no name.</summary>
    public string? User { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Its variables as they were when it started: what it changed itself since then does not show.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>How its file names are to be read from here.</summary>
    public required ProcessFiles Files { get; init; }

    /// <summary>False when its connections leave from another network than ours.</summary>
    public bool? SharesNetwork { get; init; }

    /// <summary>How many files and sockets it has open.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>How many it may have open.</summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>How far it may raise that limit itself.</summary>
    public long? OpenFilesHardLimit { get; init; }

    /// <summary>The inodes of its sockets.</summary>
    public IReadOnlyCollection<ulong>? Sockets { get; init; }

    /// <summary>Files it has open for writing, as this process reaches them.</summary>
    public IReadOnlyList<string> WrittenFiles { get; init; } = [];

    /// <summary>What this user may not read of it.</summary>
    public IReadOnlyList<UnreadablePart> Unreadable { get; init; } = [];

    /// <summary>Why nothing of it can be read on this system; null where it can.</summary>
    public string? Unsupported { get; init; }

    /// <summary>For people: name and number.</summary>
    public override string ToString() => $"{Command} ({Pid})";
}
