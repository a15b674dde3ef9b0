using ConsulKvTools.Kv;

namespace ConsulKvTools;

/// <summary>What became of one write.</summary>
public sealed record ConsulKvWriteResult : IOfSession
{
    /// <summary>The key as it was given.</summary>
    public required string Key { get; init; }

    /// <summary>What became of it.</summary>
    public required ConsulKvOutcome Outcome { get; init; }

    /// <summary>The code of what stood in the way; null when written or unchanged.</summary>
    public string? Code => Finding?.Code;

    /// <summary>One line for people; null when written.</summary>
    public string? Message { get; init; }

    /// <summary>What to do; null when there is nothing to do.</summary>
    public string? Remedy { get; init; }

    /// <summary>
    /// The key's ModifyIndex after the write, where it was learnt: Consul's answer to a plain PUT does not carry it. Null when not known.
    /// </summary>
    public ulong? ModifyIndex { get; init; }

    /// <summary>Every attempt and question, in order.</summary>
    public IReadOnlyList<ConsulKvAttempt> Attempts { get; init; } = [];

    /// <summary>From the call to the result, pauses included.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The session it was written with.</summary>
    public string? Session { get; init; }

    internal ConsulKvSession? Origin { get; init; }

    ConsulKvSession? IOfSession.Origin => Origin;

    /// <summary>
    /// The write's own id, a GUID of version 7, which sorts by time. It goes out with each of its requests as <c>X-Request-Id</c> and stands in the write log,
    /// so that result, log and a proxy's log can be laid side by side.
    /// </summary>
    public Guid OperationId { get; init; }

    /// <summary>The id that the transaction went out with in which the write was settled; null when it went alone.</summary>
    public Guid? TransactionId { get; init; }

    /// <summary>What was asked for.</summary>
    public ConsulKvWriteKind Kind { get; init; }

    /// <summary>What stood in the way, with evidence; null when written or unchanged.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>Bytes that were to be written; null for a removal.</summary>
    internal int? ValueSize { get; init; }

    /// <summary>Attempts and questions that failures made necessary; of a transaction they count for its first write only.</summary>
    internal int Retries { get; init; }

    /// <summary>Timestamp of its beginning by the session's clock; null for one that was refused before.</summary>
    internal long? Began { get; init; }

    /// <summary>
    /// What is worth knowing about a write that went through, as far as it was seen on the way: only a fenced write reads the key first,
    /// and only a transaction learns the new index. Empty otherwise.
    /// </summary>
    public IReadOnlyList<ConsulFinding> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Key}: {Outcome}";
}
