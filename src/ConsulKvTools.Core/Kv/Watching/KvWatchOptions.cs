namespace ConsulKvTools.Kv.Watching;

/// <summary>What is watched, and how.</summary>
internal sealed record KvWatchOptions
{
    /// <summary>What Consul's own tools wait, a minute: long enough to cost nothing, short enough to notice a connection that has died in silence.</summary>
    public static readonly TimeSpan UsualWait = TimeSpan.FromMinutes(1);

    /// <summary>A key, or with <see cref="IsPrefix"/> what the keys begin with.</summary>
    public required string Name { get; init; }

    /// <summary>True watches every key that begins with <see cref="Name"/>.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>The read mode of every query.</summary>
    public ConsulConsistency Consistency { get; init; }

    /// <summary>Gives what is there when the watch begins.</summary>
    public bool InitialState { get; init; }

    /// <summary>Begins with what has changed since this index; null begins with what comes.</summary>
    public ulong? Since { get; init; }

    /// <summary>False keeps of each key only indexes and a print of its value.</summary>
    public bool KeepsValues { get; init; } = true;

    /// <summary>Keys nobody wants to hear of.</summary>
    public KeyPatterns Exclude { get; init; } = KeyPatterns.None;

    /// <summary>How long the agent holds a query without a change, 1 s to 10 min (Consul's own bound); it adds up to a sixteenth.</summary>
    public TimeSpan Wait { get; init; } = UsualWait;

    /// <summary>The least time between an answer and the next query, 0 or more. However short, at least as long as reading the answer took.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);
}
