using System.Collections;

namespace ConsulKvTools;

/// <summary>A key in several environments. Every value that it shows has its secrets hidden.</summary>
public sealed record ConsulKvEnvironmentRow
{
    /// <summary>The name by which the environments are compared: the key without the prefix.</summary>
    public required string Name { get; init; }

    /// <summary>How far they agree.</summary>
    public required ConsulKvAgreement Status { get; init; }

    /// <summary>Which environments have the same: <c>A</c> for the first and all that equal it, <c>B</c> for the next that does not…; <c>-</c> where it is missing, <c>?</c> where that is not known. By environment, in the order given.</summary>
    public required IDictionary Groups { get; init; }

    /// <summary>The values by environment, their secrets hidden; null where there is none, or bytes that are no text: <see cref="Sizes"/> tells which.</summary>
    public required IDictionary Values { get; init; }

    /// <summary>The values' bytes by environment; 0 for the empty value, null where there is none.</summary>
    public required IDictionary Sizes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Status}: {Printable.Text(Name)}";
}
