namespace ConsulKvTools;

/// <summary>What a drill does to requests, or to the cluster that it has started.</summary>
public enum ConsulFaultKind
{
    /// <summary>A request is held back before it is sent.</summary>
    Latency,

    /// <summary>A request is refused before anything of it is sent, as if nothing listened.</summary>
    ConnectRefused,

    /// <summary>No connection comes about within the session's time for that.</summary>
    ConnectTimeout,

    /// <summary>A request is carried out, and the connection is reset before the answer comes: whether it was done has to be found out.</summary>
    AnswerLost,

    /// <summary>A request is carried out, and no answer comes before the attempt's time is up.</summary>
    AnswerSilent,

    /// <summary>500 <c>No cluster leader</c>, and nothing is carried out.</summary>
    NoLeader,

    /// <summary>429 with <c>Retry-After: 1</c>, and nothing is carried out.</summary>
    RateLimited,

    /// <summary>503, and nothing is carried out.</summary>
    Unavailable,

    /// <summary>403 <c>Permission denied</c>, and nothing is carried out.</summary>
    Denied,

    /// <summary>A request is carried out, and the answer's index is 1: as after a snapshot was put back.</summary>
    IndexBackwards,

    /// <summary>The leader is killed, and started again when the fault is over. Only in a cluster of the drill's own, as all that follow.</summary>
    LeaderKill,

    /// <summary>The leader is stopped (SIGSTOP) and goes on when the fault is over.</summary>
    Freeze,

    /// <summary>The leader is cut off from the other servers. Needs Linux, root and iproute2.</summary>
    Partition,

    /// <summary>The agent that the session talks to is ended in good order and started again.</summary>
    Restart,
}
