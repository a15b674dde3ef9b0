using ConsulKvTools.Kv;

namespace ConsulKvTools;

/// <summary>A key in which two sides differ. Every value that it shows has its secrets hidden.</summary>
public sealed record ConsulKvDifference : IOfSession
{
    /// <summary>The name both sides are compared by: the key without the side's prefix.</summary>
    public required string Name { get; init; }

    /// <summary>What became of it, seen from the reference side.</summary>
    public required ConsulKvDifferenceKind Kind { get; init; }

    /// <summary>The key on the difference side, whether it is there or not: what a command has to write or remove to make that side as the reference is.</summary>
    public required string Key { get; init; }

    /// <summary>The key on the reference side, whether it is there or not.</summary>
    public required string ReferenceKey { get; init; }

    /// <summary>The reference value with its secrets hidden; null when it is not there or no text, which <see cref="ReferenceSize"/> tells apart; empty when it is empty.</summary>
    public string? ReferenceValue { get; init; }

    /// <summary>The difference value with its secrets hidden; null when it is not there or no text, which <see cref="DifferenceSize"/> tells apart; empty when it is empty.</summary>
    public string? DifferenceValue { get; init; }

    /// <summary>Bytes of the reference value; null when it is not there.</summary>
    public int? ReferenceSize { get; init; }

    /// <summary>Bytes of the difference value; null when it is not there.</summary>
    public int? DifferenceSize { get; init; }

    /// <summary>Flags of the reference; null when it is not there.</summary>
    public ulong? ReferenceFlags { get; init; }

    /// <summary>Flags of the difference; null when it is not there.</summary>
    public ulong? DifferenceFlags { get; init; }

    /// <summary>What changed, line by line: a unified diff, or with <c>-Semantic</c> a line for each path of the JSON. Empty where there is nothing to lay side by side.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>
    /// The index the difference side's key had, 0 when it was not there: <c>Set-ConsulKv</c> and <c>Remove-ConsulKv</c> take it, so that nothing is overwritten that came
    /// after the comparison. Null where that side is no store, or nothing is to be written.
    /// </summary>
    public ulong? CheckAndSet { get; init; }

    /// <summary>The reference side.</summary>
    public required string Reference { get; init; }

    /// <summary>The difference side.</summary>
    public required string Difference { get; init; }

    /// <summary>The session of the difference side, which <c>Set-ConsulKv</c> and <c>Remove-ConsulKv</c> have to be given unless they use it anyway; null where that side is no store.</summary>
    public string? Session { get; init; }

    /// <summary>The datacenter of the difference side; null where that is its agent's own, or the side is no store.</summary>
    public string? Datacenter { get; init; }

    internal ConsulKvSession? Origin { get; init; }

    ConsulKvSession? IOfSession.Origin => Origin;

    /// <summary>What is to be written to make the difference side as the reference is; null when nothing is, or when this came from another process.</summary>
    internal ConsulKvEntry? Wanted { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Printable.Text(Name)}";
}
