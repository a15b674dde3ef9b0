using System.Collections;
using System.Text.Json;

namespace ConsulKvTools.Validation;

/// <summary>
/// A simple shape of JSON: a word for a kind of value (<c>String</c>, <c>Integer</c>, <c>Number|Null</c>), a table for an object, a list of
/// one shape for an array. A property whose name ends with <c>?</c> may be missing; <c>*</c> is the shape of all properties not named.
/// </summary>
internal abstract record JsonShape
{
    private static readonly string[] Words = ["Any", "String", "Integer", "Number", "Boolean", "Object", "Array", "Null", "None", .. Enum.GetNames(typeof(ValueType)).Where(IsOfText)];

    /// <summary>What does not fit, as <c>$.limits.max is a String, not an Integer</c>; null when all does. Never shows a value.</summary>
    public abstract string? Problem(JsonElement value, string place);

    /// <summary>Reads a shape; what is wrong in it is a problem at its place.</summary>
    public static JsonShape? Read(object? written, string place, List<(string Place, string Problem)> problems)
    {
        switch (written)
        {
            case string words:
                var all = words.Split('|').Select(word => word.Trim()).ToArray();
                foreach (var word in all.Where(word => !Words.Contains(word, StringComparer.OrdinalIgnoreCase)))
                    problems.Add((place, $"'{Printable.Text(word, 40)}' is no kind of JSON value{EnvironmentEntry.Meant(word, Words)}"));
                return new Word(all);
            case IDictionary table:
                var properties = new List<(string Name, bool Optional, JsonShape Shape)>();
                JsonShape? others = null;
                foreach (DictionaryEntry row in table)
                {
                    var name = row.Key.ToString()!;
                    var inner = Read(row.Value, $"{place}.{Printable.Text(name, 60)}", problems);
                    if (inner is null) continue;
                    if (name == "*") others = inner;
                    else properties.Add((name.TrimEnd('?'), name.EndsWith("?", StringComparison.Ordinal), inner));
                }
                return new Table([.. properties.OrderBy(property => property.Name, StringComparer.Ordinal)], others);
            case IList { Count: 1 } list:
                return Read(list[0], place + "[0]", problems) is { } each ? new Sequence(each) : null;
            case IList:
                problems.Add((place, "is a list of more or less than one; a list of one shape says what each element is"));
                return null;
            default:
                problems.Add((place, written is null ? "has no value: what was to fill it was empty" : $"is a {written.GetType().Name}; a word, a table or a list of one shape is wanted"));
                return null;
        }
    }

    private static bool IsOfText(string type) => type is nameof(ValueType.Guid) or nameof(ValueType.Uri) or nameof(ValueType.Duration) or nameof(ValueType.DateTime) or nameof(ValueType.Base64) or nameof(ValueType.NotEmpty);

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "Boolean",
        var kind => kind.ToString(),
    };

    private sealed record Word(string[] Kinds) : JsonShape
    {
        public override string? Problem(JsonElement value, string place)
        {
            if (Kinds is [var none] && Is(none, "None")) return $"{place} must not be there";
            return Kinds.Any(kind => Fits(value, kind)) ? null : $"{place} is a {KindOf(value)}, not {string.Join(" or ", Kinds)}";
        }

        private static bool Fits(JsonElement value, string kind) => value.ValueKind switch
        {
            _ when Is(kind, "Any") => true,
            JsonValueKind.String => Is(kind, "String") || (Enum.TryParse<ValueType>(kind, true, out var type) && IsOfText(type.ToString()) && ValueTypes.Is(value.GetString()!, type)),
            JsonValueKind.Number => Is(kind, "Number") || (Is(kind, "Integer") && value.TryGetDecimal(out var number) && decimal.Truncate(number) == number),
            _ => Is(kind, KindOf(value)),
        };

        private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }

    private sealed record Sequence(JsonShape Each) : JsonShape
    {
        public override string? Problem(JsonElement value, string place)
        {
            if (value.ValueKind != JsonValueKind.Array) return $"{place} is a {KindOf(value)}, not an Array";
            var index = 0;
            foreach (var element in value.EnumerateArray())
                if (Each.Problem(element, $"{place}[{index++}]") is { } problem) return problem;
            return null;
        }
    }

    private sealed record Table(IReadOnlyList<(string Name, bool Optional, JsonShape Shape)> Properties, JsonShape? Others) : JsonShape
    {
        public override string? Problem(JsonElement value, string place)
        {
            if (value.ValueKind != JsonValueKind.Object) return $"{place} is a {KindOf(value)}, not an Object";
            foreach (var (name, optional, shape) in Properties)
            {
                if (!value.TryGetProperty(name, out var found))
                {
                    if (optional) continue;
                    return $"{place}.{name} is missing";
                }
                if (shape.Problem(found, $"{place}.{name}") is { } problem) return problem;
            }
            if (Others is null) return null;
            foreach (var property in value.EnumerateObject())
                if (!Properties.Any(known => known.Name == property.Name) && Others.Problem(property.Value, $"{place}.{Printable.Text(property.Name, 60)}") is { } problem) return problem;
            return null;
        }
    }
}
