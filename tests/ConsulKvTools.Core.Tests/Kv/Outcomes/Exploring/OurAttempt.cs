using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>One request of the run under test that changes data.</summary>
internal sealed class OurAttempt(KvModelWire wire, int number, IReadOnlyDictionary<string, HashSet<ulong>> seen)
{
    public KvModelWire Wire { get; } = wire;

    /// <summary>0 for the first that carries what the caller asked for; -1 for what serves the marker alone.</summary>
    public int Number { get; } = number;

    /// <summary>The versions of each key that the run had read before it sent this.</summary>
    public IReadOnlyDictionary<string, HashSet<ulong>> Seen { get; } = seen;

    /// <summary>The answer to an earlier one was lost: this is a retry of what may have been done already.</summary>
    public bool FollowsLoss { get; init; }

    /// <summary>What the store said; null while it was not applied.</summary>
    public KvModelAnswer? Answer { get; set; }

    /// <summary>Raft index at which it was applied.</summary>
    public ulong AppliedAt { get; set; }

    /// <summary>Lost on its way: may still arrive.</summary>
    public bool IsPending { get; set; }

    /// <summary>Applied, by the store's own word; the removal of what is not there changes nothing and does not count.</summary>
    public bool WasApplied => Answer is { Done: true } done && (done.Changed.Count > 0 || Wire.Operations.Any(operation => !operation.Verb.StartsWith("delete", StringComparison.Ordinal)));

    public override string ToString() =>
        string.Join(" + ", Wire.Operations.Select(operation => $"{operation.Verb} {operation.Key}={operation.Value}@{operation.Index}")) + (Answer is null ? IsPending ? " (pending)" : " (not applied)" : Answer.Done ? " (done)" : " (refused)");
}
