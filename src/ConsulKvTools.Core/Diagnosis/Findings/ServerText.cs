using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Diagnosis;

/// <summary>One text of Consul's.</summary>
internal sealed record ServerText
{
    private Regex? pattern;

    public int? Status { get; init; }

    public ServerTextMatch Match { get; init; }

    public string? Text { get; init; }

    public required string Code { get; init; }

    /// <summary>Evidence names of the pattern's groups, in order; null when it names none.</summary>
    public string[]? Capture { get; init; }

    public ServerTextScope Scope { get; init; }

    /// <summary>True for words that other programs use too: without an answer around them they must be the whole text to mean this.</summary>
    public bool Everyday { get; init; }

    public string? Note { get; init; }

    public bool IsMatch(string body, List<(string Name, object? Value)> evidence)
    {
        switch (Match)
        {
            case ServerTextMatch.Empty: return body.Length == 0;
            case ServerTextMatch.Exact: return body == Text;
            case ServerTextMatch.Contains: return body.IndexOf(Text!, StringComparison.Ordinal) >= 0;
            case ServerTextMatch.StartsWith: return body.StartsWith(Text!, StringComparison.Ordinal);
            default:
                pattern ??= new Regex(Text!, RegexOptions.CultureInvariant, TimedSearch.Longest);
                if (TimedSearch.Find(pattern, body) is not { } found) return false;
                for (var group = 0; group < (Capture?.Length ?? 0) && group + 1 < found.Groups.Count; group++)
                {
                    if (!found.Groups[group + 1].Success) continue;
                    evidence.RemoveAll(row => row.Name == Capture![group]);
                    evidence.Add((Capture![group], Printable.Text(found.Groups[group + 1].Value, 200)));
                }
                return true;
        }
    }
}
