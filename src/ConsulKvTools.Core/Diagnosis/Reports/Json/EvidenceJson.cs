using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>
/// Evidence and facts as JSON: numbers and truth values stay such, durations and moments become ISO 8601 (<c>PT1.5S</c>,
/// <c>2026-01-31T08:05:00+00:00</c>), anything else its text. Names begin with a small letter.
/// </summary>
internal static class EvidenceJson
{
    private static readonly Regex Duration = new(@"^-?P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,7})?S)?)?$", RegexOptions.CultureInvariant);
    private static readonly Regex Moment = new(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant);

    public static JsonObject Of(IDictionary evidence)
    {
        var json = new JsonObject();
        foreach (DictionaryEntry pair in evidence)
            json[Name(Convert.ToString(pair.Key, CultureInfo.InvariantCulture)!)] = Of(pair.Value);
        return json;
    }

    /// <summary>What was written, typed again. Names are found in any letter case.</summary>
    public static OrderedDictionary Read(JsonElement members)
    {
        var evidence = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var member in members.EnumerateObject()) evidence[member.Name] = ReadValue(member.Value);
        return evidence.AsReadOnly();
    }

    private static JsonNode? Of(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool yes => JsonValue.Create(yes),
        sbyte or byte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        ulong number => JsonValue.Create(number),
        decimal number => JsonValue.Create(number),
        // JSON has no word for what is no number.
        double number when !double.IsNaN(number) && !double.IsInfinity(number) => JsonValue.Create(number),
        float number when !float.IsNaN(number) && !float.IsInfinity(number) => JsonValue.Create((double)number),
        TimeSpan duration => JsonValue.Create(XmlConvert.ToString(duration)),
        DateTimeOffset moment => JsonValue.Create(moment.ToString("o", CultureInfo.InvariantCulture)),
        DateTime moment => JsonValue.Create(new DateTimeOffset(moment).ToString("o", CultureInfo.InvariantCulture)),
        IDictionary inner => Of(inner),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(Of)]),
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    private static object? ReadValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => ReadText(value.GetString()!),
        JsonValueKind.Number => ReadNumber(value),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Object => Read(value),
        JsonValueKind.Array => ReadList(value),
        _ => null,
    };

    private static object ReadText(string text)
    {
        if (Duration.IsMatch(text))
        {
            try
            {
                return XmlConvert.ToTimeSpan(text);
            }
            catch (OverflowException)
            {
                return text;
            }
        }
        return Moment.IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var moment) ? moment : text;
    }

    // Boxed one by one: the common type of these numbers would be double, and the great ones would lose digits.
    private static object ReadNumber(JsonElement value)
    {
        if (value.TryGetInt32(out var small)) return small;
        if (value.TryGetInt64(out var large)) return large;
        if (value.TryGetUInt64(out var larger)) return larger;
        return value.GetDouble();
    }

    /// <summary>A list of texts is one of texts again, as the probes leave it; any other is one of objects.</summary>
    private static object ReadList(JsonElement list) =>
        list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? list.EnumerateArray().Select(item => item.GetString()!).ToArray()
            : list.EnumerateArray().Select(ReadValue).ToArray();

    private static string Name(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name.Substring(1);
}
