using ConsulKvTools.Kv;

namespace ConsulKvTools;

/// <summary>One tree of a configuration that can become the current one as a whole.</summary>
public sealed record ConsulKvRelease : IOfSession
{
    /// <summary>The configuration, such as <c>app</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The release's own name, such as <c>v42</c>.</summary>
    public required string Release { get; init; }

    /// <summary>What it is to the configuration now.</summary>
    public required ConsulKvReleaseStatus Status { get; init; }

    /// <summary>The tree's prefix with the slash at its end; the pointer's value while it is current.</summary>
    public required string Prefix { get; init; }

    /// <summary>Keys of the tree when it was published; of an unfinished one those that are there now.</summary>
    public long Keys { get; init; }

    /// <summary>Bytes of the values when it was published; null for an unfinished one, whose values were not read.</summary>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 over keys, values and flags as published, <c>sha256:</c> and 64 hexadecimal digits; null for an unfinished one.</summary>
    public string? Digest { get; init; }

    /// <summary>When it was published, by the clock of the machine that did; null for an unfinished one.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>User and machine that published it; null for an unfinished one.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it was last switched to, or away from it; null when that is not in the history.</summary>
    public DateTimeOffset? LastSwitched { get; init; }

    /// <summary>Whether the tree was read and is what was published; null when it was not read.</summary>
    public bool? Verified { get; init; }

    /// <summary>What is wrong with it; null when nothing is known to be.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>The session it was read with.</summary>
    public string? Session { get; init; }

    internal ConsulKvSession? Origin { get; init; }

    ConsulKvSession? IOfSession.Origin => Origin;

    /// <summary>ModifyIndex of the manifest it was judged by; 0 when there was none. Who removes the release removes no other that took its name.</summary>
    internal ulong ManifestIndex { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Release}";
}
