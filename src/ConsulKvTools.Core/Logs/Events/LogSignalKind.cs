namespace ConsulKvTools.Logs.Events;

/// <summary>What a line is a sign of.</summary>
internal enum LogSignalKind
{
    /// <summary>A server became leader, as all servers say.</summary>
    LeaderElected,

    /// <summary>The leader says that it has become it.</summary>
    LeadershipAcquired,

    /// <summary>The leader says that it is none any more.</summary>
    LeadershipLost,

    /// <summary>A server hears nothing of the leader.</summary>
    LeaderMissing,

    /// <summary>Somebody asked for what takes a leader, and there was none. The answer may come seconds after an election.</summary>
    Leaderless,

    /// <summary>An agent starts.</summary>
    Started,

    /// <summary>An agent was asked to stop.</summary>
    Stopped,

    /// <summary>A snapshot is begun.</summary>
    SnapshotBegun,

    /// <summary>A snapshot is done.</summary>
    SnapshotDone,

    /// <summary>A write took long.</summary>
    SlowWrite,

    /// <summary>The time of a line lies before that of the line before it.</summary>
    ClockBack,
}
