namespace ConsulKvTools.Kv.Comparison;

/// <summary>A difference as git shows one: a line that says what became of the key, below it what changed. Secrets are hidden already.</summary>
internal static class DifferenceText
{
    private const int MostLines = 60;
    private const int LongestLine = 2000;

    /// <summary>The lines, each with its tone; a null tone is left as it is.</summary>
    /// <param name="difference">The difference.</param>
    /// <param name="width">Columns for a value that is shown on one line.</param>
    public static IEnumerable<(DiagnosisTone? Tone, string Text)> Lines(ConsulKvDifference difference, int width)
    {
        var (mark, tone) = Mark(difference.Kind);
        yield return (tone, $"{mark} {Printable.Text(difference.Name, LongestLine)}  ({Words(difference)})");
        if (difference.Changes.Count == 0)
        {
            if (difference.Kind is ConsulKvDifferenceKind.Equal or ConsulKvDifferenceKind.Changed) yield break;
            var value = difference.ReferenceSize is not null ? difference.ReferenceValue : difference.DifferenceValue;
            if (Placeholder(difference) is { } placeholder) yield return (DiagnosisTone.Dim, "    " + placeholder);
            else if (value is not null) yield return (null, "    " + Cut(Printable.Text(value, LongestLine), width - 5));
            yield break;
        }
        // That neither side ends with a line break is so for nearly every value of one line.
        var ends = difference.Changes.Where(line => line.StartsWith("\\", StringComparison.Ordinal)).ToArray();
        var bothLackIt = ends.Length == 2 || (ends.Length == 1 && Before(difference.Changes, ends[0]) is [' ', ..]);
        foreach (var line in difference.Changes.Take(MostLines).Where(line => !bothLackIt || !line.StartsWith("\\", StringComparison.Ordinal))) yield return (ToneOf(line), "    " + Printable.Text(line, LongestLine));
        if (difference.Changes.Count > MostLines) yield return (DiagnosisTone.Dim, $"    … {Amount.Of(difference.Changes.Count - MostLines, "line")} more in Changes");
    }

    // One side only is there.
    private static string? Placeholder(ConsulKvDifference difference) =>
        ValuePlaceholder.Of(difference.ReferenceValue ?? difference.DifferenceValue, difference.ReferenceSize ?? difference.DifferenceSize, isUnknown: false);

    private static string Before(IReadOnlyList<string> lines, string line) => lines.TakeWhile(one => one != line).LastOrDefault() ?? "";

    /// <summary>The sign of a kind, and its tone.</summary>
    public static (string Mark, DiagnosisTone Tone) Mark(ConsulKvDifferenceKind kind) => kind switch
    {
        ConsulKvDifferenceKind.Added => ("+", DiagnosisTone.Good),
        ConsulKvDifferenceKind.Removed => ("-", DiagnosisTone.Bad),
        ConsulKvDifferenceKind.Changed => ("~", DiagnosisTone.Warning),
        ConsulKvDifferenceKind.Unknown => ("?", DiagnosisTone.Warning),
        _ => ("=", DiagnosisTone.Dim),
    };

    private static string Words(ConsulKvDifference difference)
    {
        var flags = difference.ReferenceFlags is { } left && difference.DifferenceFlags is { } right && left != right ? $", flags {left} → {right}" : "";
        return difference.Kind switch
        {
            ConsulKvDifferenceKind.Changed when difference is { ReferenceValue: null } or { DifferenceValue: null } or { ReferenceSize: 0 } or { DifferenceSize: 0 } => $"changed, {Side(difference.ReferenceValue, difference.ReferenceSize)} → {Side(difference.DifferenceValue, difference.DifferenceSize)}{flags}",
            ConsulKvDifferenceKind.Changed => $"changed{flags}",
            ConsulKvDifferenceKind.Added => $"added, {Bytes(difference.DifferenceSize)}",
            ConsulKvDifferenceKind.Removed => $"removed, {Bytes(difference.ReferenceSize)}",
            ConsulKvDifferenceKind.Unknown => $"unknown: the token may not read it in {Printable.Text(difference.ReferenceSize is null ? difference.Reference : difference.Difference, 80)}",
            _ => "equal",
        };
    }

    private static string Side(string? value, int? size) => ValuePlaceholder.Of(value, size, isUnknown: false)?.Trim('(', ')') ?? $"text, {Bytes(size)}";

    private static string Bytes(int? size) => size is { } known ? Amount.Of(known, "byte") : "";

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text.Substring(0, Math.Max(1, longest - 1)) + "…";

    private static DiagnosisTone? ToneOf(string line) => line.Length == 0 ? null : line[0] switch { '+' => DiagnosisTone.Good, '-' => DiagnosisTone.Bad, '@' or '\\' or '(' => DiagnosisTone.Dim, '~' => DiagnosisTone.Warning, _ => null };
}
