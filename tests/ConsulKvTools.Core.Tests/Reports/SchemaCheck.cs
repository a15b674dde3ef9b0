using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Tests.Reports;

/// <summary>
/// Checks JSON against a JSON Schema (draft 2020-12), with the keywords that the product's own schema uses; any other keyword is an error,
/// so that nothing in a schema goes unchecked. The validators for .NET that can be restored are under the AGPL.
/// </summary>
internal sealed class SchemaCheck(JsonElement schema)
{
    private static readonly HashSet<string> Notes = ["$schema", "$id", "$defs", "title", "description"];

    /// <summary>True to refuse members that a schema with properties does not name: what a reader must ignore a writer must not invent.</summary>
    public bool Closed { get; init; }

    /// <summary>Everything that is wrong, with its place; empty when valid.</summary>
    public IReadOnlyList<string> Problems(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Check(document.RootElement, schema, "$").ToArray();
    }

    private IEnumerable<string> Check(JsonElement value, JsonElement rules, string place) =>
        rules.EnumerateObject().Where(rule => !Notes.Contains(rule.Name)).SelectMany(rule => Check(value, rules, rule, place));

    private IEnumerable<string> Check(JsonElement value, JsonElement rules, JsonProperty rule, string place) => rule.Name switch
    {
        "$ref" => Check(value, Resolve(rule.Value.GetString()!), place),
        "type" => Types(rule.Value).Any(type => Is(value, type)) ? [] : [$"{place} is no {rule.Value}"],
        "const" => JsonElement.DeepEquals(value, rule.Value) ? [] : [$"{place} is {value}, not {rule.Value}"],
        "enum" => rule.Value.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)) ? [] : [$"{place} is {value}, not one of {rule.Value}"],
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!) ? [] : [$"{place} does not match {rule.Value}"],
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= rule.Value.GetDecimal() ? [] : [$"{place} is under {rule.Value}"],
        "format" when rule.Value.GetString() == "date-time" => value.ValueKind != JsonValueKind.String || value.TryGetDateTimeOffset(out _) ? [] : [$"{place} is no moment"],
        "required" => value.ValueKind != JsonValueKind.Object ? [] : rule.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{place} lacks {name}"),
        "properties" => value.ValueKind != JsonValueKind.Object ? [] : value.EnumerateObject().SelectMany(member =>
            rule.Value.TryGetProperty(member.Name, out var inner) ? Check(member.Value, inner, $"{place}.{member.Name}")
            : Closed ? [$"{place}.{member.Name} is not in the schema"] : []),
        "additionalProperties" when !rules.TryGetProperty("properties", out _) =>
            value.ValueKind != JsonValueKind.Object ? [] : value.EnumerateObject().SelectMany(member => Check(member.Value, rule.Value, $"{place}.{member.Name}")),
        "items" => value.ValueKind != JsonValueKind.Array ? [] : value.EnumerateArray().SelectMany((item, index) => Check(item, rule.Value, $"{place}[{index}]")),
        "oneOf" => Alternatives(value, rule.Value, place, exactlyOne: true),
        "anyOf" => Alternatives(value, rule.Value, place, exactlyOne: false),
        _ => throw new NotSupportedException($"The check does not know the keyword {rule.Name}: {rule.Value}"),
    };

    private IEnumerable<string> Alternatives(JsonElement value, JsonElement alternatives, string place, bool exactlyOne)
    {
        var results = alternatives.EnumerateArray().Select(alternative => Check(value, alternative, place).ToArray()).ToArray();
        var fitting = results.Count(problems => problems.Length == 0);
        if (fitting == 1 || (fitting > 1 && !exactlyOne)) return [];
        return fitting > 1 ? [$"{place} fits {fitting} alternatives"] : results.OrderByDescending(problems => problems.Max(problem => problem.Length)).First();
    }

    private JsonElement Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(schema, (at, name) => at.GetProperty(name));

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(name => name.GetString()!) : [type.GetString()!];

    private static bool Is(JsonElement value, string type) => (type, value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number)
            or ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        _ => false,
    };
}
