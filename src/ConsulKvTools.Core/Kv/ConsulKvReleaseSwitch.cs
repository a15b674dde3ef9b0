using ConsulKvTools.Kv;

namespace ConsulKvTools;

/// <summary>What became of a switch from one release to another.</summary>
public sealed record ConsulKvReleaseSwitch : IOfSession
{
    /// <summary>The configuration, such as <c>app</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The release that was current before; null for the first one.</summary>
    public string? From { get; init; }

    /// <summary>The release that was to become current.</summary>
    public required string To { get; init; }

    /// <summary>
    /// Written: it was switched; with a <see cref="Finding"/> its tree was changed meanwhile and the switch could not be undone. Unchanged: it was current already. Conflict:
    /// another switch or removal came first. Denied, Failed: nothing changed, or it was undone at once. Unknown: it could not be found out; the same switch may be asked for
    /// again without harm.
    /// </summary>
    public required ConsulKvOutcome Outcome { get; init; }

    /// <summary>True when it went back to the release before.</summary>
    public bool IsRollback { get; init; }

    /// <summary>The code of what stood in the way; null when nothing did.</summary>
    public string? Code => Finding?.Code;

    /// <summary>One line for people; null when it was done.</summary>
    public string? Message { get; init; }

    /// <summary>The key that was moved.</summary>
    public required string Pointer { get; init; }

    /// <summary>The prefix that readers find there.</summary>
    public required string Prefix { get; init; }

    /// <summary>Keys of the tree, counted before the switch.</summary>
    public long Keys { get; init; }

    /// <summary>The tree's digest, computed before the switch.</summary>
    public string? Digest { get; init; }

    /// <summary>
    /// True when every key of the tree was checked in the transaction itself; false when there were too many for that. The tree is read before and after in
    /// any case, since no transaction can check that nothing was added.
    /// </summary>
    public bool IsCheckedWithin { get; init; }

    /// <summary>The pointer's ModifyIndex after the switch; null when not known.</summary>
    public ulong? ModifyIndex { get; init; }

    /// <summary>Identifies the switch in the history; null when nothing was sent.</summary>
    public Guid? Id { get; init; }

    /// <summary>From the call to the result.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Every attempt and question of the transaction, in order; empty when none was sent.</summary>
    public IReadOnlyList<ConsulKvAttempt> Attempts { get; init; } = [];

    /// <summary>What stood in the way; null when nothing did.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>The session it was done with.</summary>
    public string? Session { get; init; }

    internal ConsulKvSession? Origin { get; init; }

    ConsulKvSession? IOfSession.Origin => Origin;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {From ?? "nothing"} -> {To}: {Outcome}";
}
