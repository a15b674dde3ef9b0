using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ConsulKvTools.Cli.Json;

/// <summary>Evidence and facts as JSON: numbers and truth values stay such, durations become <c>1.5 s</c>, moments ISO 8601.</summary>
internal static class EvidenceJson
{
    public static JsonObject Of(IDictionary evidence)
    {
        var json = new JsonObject();
        foreach (DictionaryEntry pair in evidence)
            json[Name(Convert.ToString(pair.Key, CultureInfo.InvariantCulture)!)] = Of(pair.Value);
        return json;
    }

    private static JsonNode? Of(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool yes => JsonValue.Create(yes),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        ulong number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        TimeSpan duration => JsonValue.Create(DiagnosisText.Time(duration)),
        DateTimeOffset moment => JsonValue.Create(moment.ToString("o", CultureInfo.InvariantCulture)),
        DateTime moment => JsonValue.Create(moment.ToString("o", CultureInfo.InvariantCulture)),
        IDictionary inner => Of(inner),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(Of)]),
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)!),
    };

    private static string Name(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name[1..];
}
