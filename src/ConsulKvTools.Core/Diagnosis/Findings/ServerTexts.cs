using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>
    /// The code of Consul's words standing somewhere in a text of other origin, as in a log; null when there are none. Words that other
    /// programs use too count only when they are the whole text.
    /// </summary>
    /// <param name="text">The text, or its part behind the words of whoever logs it.</param>
    /// <param name="isWhole">True when nothing stands before <paramref name="text"/>.</param>
    /// <param name="scope">The kind of request it answered.</param>
    /// <param name="evidence">Takes what the row captures.</param>
    public static string? FindIn(string text, bool isWhole, ServerTextScope scope, List<(string Name, object? Value)> evidence)
    {
        foreach (var row in Rows.Value)
        {
            if (string.IsNullOrEmpty(row.Text) || (row.Scope != ServerTextScope.Any && row.Scope != scope)) continue;
            // Only an answer's status makes everyday words a whole body of Consul's.
            if (row.Everyday ? isWhole && row.Status is not null && row.Text == text : row.IsMatch(text, evidence)) return row.Code;
        }
        return null;
    }

    private static ServerText[] Read()
    {
        using var stream = typeof(ServerTexts).Assembly.GetManifestResourceStream("server-texts.json")!;
        return JsonSerializer.Deserialize(stream, ServerTextJson.Default.ServerTextArray)!;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ServerText[]))]
internal sealed partial class ServerTextJson : JsonSerializerContext;
