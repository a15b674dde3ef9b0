using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>One text of a client's own making, or the wrapping in which a client hands on what the server said.</summary>
internal sealed record ClientText
{
    private Regex? regex;

    /// <summary>Whose text it is; null for words that several clients share.</summary>
    public string? Client { get; init; }

    /// <summary>Lower-case words, one of which is in every text of the row. They are searched for first.</summary>
    public required string[] Words { get; init; }

    /// <summary>The regular expression; its groups' names are names of evidence. Null when one of the words is enough.</summary>
    public string? Pattern { get; init; }

    /// <summary>The HTTP status that the text stands for; null when it names it itself.</summary>
    public int? Status { get; init; }

    /// <summary>The finding's code; null when <c>status</c> and <c>body</c> are the server's answer, which the classifier judges.</summary>
    public string? Code { get; init; }

    /// <summary>Where the text means this.</summary>
    public ClientTextScope When { get; init; }

    /// <summary>Why the row is as it is; null when there is nothing to add.</summary>
    public string? Note { get; init; }

    /// <summary>The match in <paramref name="text"/>; null when there is none. A row without a pattern matches by its words alone.</summary>
    public Match? Find(string text)
    {
        if (Pattern is null) return Match.Empty;
        regex ??= new Regex(Pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimedSearch.Longest);
        // A text made to be slow is no text of a client's.
        return TimedSearch.Find(regex, text);
    }

    /// <summary>The groups that took part in <paramref name="match"/>, by name.</summary>
    public IEnumerable<(string Name, string Value)> Groups(Match match)
    {
        if (regex is null || !match.Success) yield break;
        foreach (var name in regex.GetGroupNames())
            if (!char.IsDigit(name[0]) && match.Groups[name] is { Success: true } group) yield return (name, group.Value);
    }
}
