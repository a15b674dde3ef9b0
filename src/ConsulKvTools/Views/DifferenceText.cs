using System.Management.Automation.Host;

namespace ConsulKvTools;

/// <summary>A difference as git shows one: a line that says what became of the key, below it what changed. Secrets are hidden already.</summary>
internal static class DifferenceText
{
    private const int MostLines = 60;
    private const int LongestLine = 2000;

    /// <summary>The lines, each with its tone; a null tone is left as it is.</summary>
    public static IEnumerable<(DiagnosisTone? Tone, string Text)> Lines(ConsulKvDifference difference, PSHost? host)
    {
        var (mark, tone) = Mark(difference.Kind);
        yield return (tone, $"{mark} {Printable.Text(difference.Name, LongestLine)}  ({Words(difference)})");
        if (difference.Changes.Count == 0)
        {
            if (difference.Kind is ConsulKvDifferenceKind.Equal or ConsulKvDifferenceKind.Changed) yield break;
            var value = difference.ReferenceSize is not null ? difference.ReferenceValue : difference.DifferenceValue;
            if (value is not null) yield return (null, "    " + ViewWidth.Head(Printable.Text(value, LongestLine), (ViewWidth.Of(host) ?? 120) - 6, host));
            yield break;
        }
        foreach (var line in difference.Changes.Take(MostLines)) yield return (ToneOf(line), "    " + Printable.Text(line, LongestLine));
        if (difference.Changes.Count > MostLines) yield return (DiagnosisTone.Dim, $"    … {Amount.Of(difference.Changes.Count - MostLines, "line")} more in Changes");
    }

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
            ConsulKvDifferenceKind.Changed when difference is { ReferenceValue: null } or { DifferenceValue: null } => $"changed, {View.Bytes(difference.ReferenceSize)} → {View.Bytes(difference.DifferenceSize)}, no text{flags}",
            ConsulKvDifferenceKind.Changed => $"changed{flags}",
            ConsulKvDifferenceKind.Added => $"added, {View.Bytes(difference.DifferenceSize)}",
            ConsulKvDifferenceKind.Removed => $"removed, {View.Bytes(difference.ReferenceSize)}",
            ConsulKvDifferenceKind.Unknown => $"unknown: the token may not read it in {Printable.Text(difference.ReferenceSize is null ? difference.Reference : difference.Difference, 80)}",
            _ => "equal",
        };
    }

    private static DiagnosisTone? ToneOf(string line) => line.Length == 0 ? null : line[0] switch { '+' => DiagnosisTone.Good, '-' => DiagnosisTone.Bad, '@' or '\\' or '(' => DiagnosisTone.Dim, '~' => DiagnosisTone.Warning, _ => null };
}
