using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Diagnosis;

/// <summary>Consul's own texts, of all versions, and the codes they stand for: <c>server-texts.json</c>, first match wins.</summary>
internal static class ServerTexts
{
    private static readonly Lazy<ServerText[]> Rows = new(Read);

    /// <summary>All rows, in the order they are tried.</summary>
    public static IReadOnlyList<ServerText> All => Rows.Value;

    /// <summary>The code that stands for this text; null when no row knows it. What the text names is added to <paramref name="evidence"/>.</summary>
    /// <param name="status">HTTP status; null when the text came without one, as from a log.</param>
    /// <param name="text">The body, or the text of one transaction error.</param>
    /// <param name="scope">The kind of request it answered.</param>
    /// <param name="evidence">Takes what the row captures.</param>
    /// <param name="wordsOnly">True leaves out rows that go by the status alone.</param>
    public static string? Match(int? status, string text, ServerTextScope scope, List<(string Name, object? Value)> evidence, bool wordsOnly = false)
    {
        foreach (var row in Rows.Value)
        {
            if (row.Status is not null && status is not null && row.Status != status) continue;
            if (row.Scope != ServerTextScope.Any && row.Scope != scope) continue;
            if (wordsOnly && string.IsNullOrEmpty(row.Text)) continue;
            if (row.IsMatch(text, evidence)) return row.Code;
        }
        return null;
    }

    private static ServerText[] Read()
    {
        using var stream = typeof(ServerTexts).Assembly.GetManifestResourceStream("server-texts.json")!;
        return JsonSerializer.Deserialize(stream, ServerTextJson.Default.ServerTextArray)!;
    }
}

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
                pattern ??= new Regex(Text!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
                var found = pattern.Match(body);
                if (!found.Success) return false;
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

/// <summary>How a text is compared.</summary>
internal enum ServerTextMatch
{
    Exact,
    Contains,
    StartsWith,
    Regex,
    Empty,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ServerText[]))]
internal sealed partial class ServerTextJson : JsonSerializerContext;
