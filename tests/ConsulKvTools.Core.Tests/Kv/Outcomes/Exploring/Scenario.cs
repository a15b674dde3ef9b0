using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>What is asked for, and what the store holds at first.</summary>
/// <param name="Name">For people.</param>
/// <param name="Start">The store when the call begins.</param>
/// <param name="Writes">What is asked for.</param>
internal sealed record Scenario(string Name, KvModel Start, params IReadOnlyList<ConsulKvWrite> Writes)
{
    /// <summary>As one transaction.</summary>
    public bool Atomic { get; init; }

    /// <summary>The session has just read, so that it knows how far the store is.</summary>
    public bool HasRead { get; init; } = true;

    /// <summary>The caller may give up at any step.</summary>
    public bool MayCancel { get; init; }

    /// <summary>Requests that go wrong, at most.</summary>
    public int Faults { get; init; } = 1;

    /// <summary>What strangers do, at most.</summary>
    public int Strangers { get; init; } = 1;

    public bool Marked => Writes[0].OperationPrefix is not null;

    public override string ToString() => Name + (HasRead ? "" : ", index not known") + (MayCancel ? ", cancelled" : "");
}
