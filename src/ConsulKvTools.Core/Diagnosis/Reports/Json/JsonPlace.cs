using System.Text.Json;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>A value in a document and the way to it, such as <c>probes[3].status</c>, so that an error can say where it is.</summary>
internal readonly struct JsonPlace(JsonElement value, string path)
{
    /// <summary>The place for people.</summary>
    public string Name => path.Length == 0 ? "the document" : path;

    /// <summary>A member that has to be there.</summary>
    public JsonPlace this[string member] => Find(member) ?? throw Unreadable($"has no member \"{member}\"");

    /// <summary>A member that may be missing.</summary>
    public JsonPlace? Find(string member)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Unreadable("is no object");
        return value.TryGetProperty(member, out var found) ? new JsonPlace(found, path.Length == 0 ? member : $"{path}.{member}") : null;
    }

    public JsonElement Object() => value.ValueKind == JsonValueKind.Object ? value : throw Unreadable("is no object");

    public string Text() => OptionalText() ?? throw Unreadable("is null where a text has to be");

    public string? OptionalText() => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => null,
        _ => throw Unreadable("is no text"),
    };

    public int Number() => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Unreadable("is no whole number");

    public TimeSpan Duration()
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number) || number < 0) throw Unreadable("is no number of milliseconds");
        try
        {
            return Milliseconds.Read(number);
        }
        catch (OverflowException)
        {
            throw Unreadable("is longer than any duration");
        }
    }

    public DateTimeOffset Moment() =>
        value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var moment) ? moment : throw Unreadable("is no moment in ISO 8601, such as 2026-01-31T08:05:00+00:00");

    /// <summary>A word of an enumeration, letter by letter.</summary>
    public T Word<T>() where T : struct, Enum
    {
        var word = Text();
        var words = Enum.GetNames(typeof(T));
        // Enum.TryParse would also take numbers.
        return words.Contains(word, StringComparer.Ordinal)
            ? (T)Enum.Parse(typeof(T), word)
            : throw Unreadable($"is '{Printable.Text(word, 40)}', not one of {string.Join(", ", words)}");
    }

    public IReadOnlyList<T> List<T>(Func<JsonPlace, T> read)
    {
        if (value.ValueKind != JsonValueKind.Array) throw Unreadable("is no list");
        var way = path;
        return value.EnumerateArray().Select((item, index) => read(new JsonPlace(item, $"{way}[{index}]"))).ToArray();
    }

    public T? Optional<T>(Func<JsonPlace, T> read) where T : class => value.ValueKind == JsonValueKind.Null ? null : read(this);

    private ConsulException Unreadable(string problem) => DiagnosisReader.Unreadable($"{Name} {problem}");
}
