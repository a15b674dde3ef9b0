namespace ConsulKvTools;

/// <summary>Consul's three read modes.</summary>
public enum ConsulConsistency
{
    /// <summary>The leader answers without asking the others: right but for a short moment after an election.</summary>
    Default,

    /// <summary>The leader first makes sure that it still leads: linearizable.</summary>
    Consistent,

    /// <summary>Any server answers, without a leader too: may be old.</summary>
    Stale,
}
