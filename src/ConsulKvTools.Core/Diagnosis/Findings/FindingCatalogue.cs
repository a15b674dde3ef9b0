using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsulKvTools;

/// <summary>All findings this product can name, read once from the embedded <c>catalogue.json</c>.</summary>
public static class FindingCatalogue
{
    private static readonly Lazy<SortedDictionary<string, FindingDefinition>> Rows = new(Read);

    /// <summary>Every definition, ordered by code.</summary>
    public static IReadOnlyCollection<FindingDefinition> All => Rows.Value.Values;

    /// <summary>The definition of <paramref name="code"/>, in any letter case; null where there is none.</summary>
    public static FindingDefinition? Find(string code) => Rows.Value.TryGetValue(code, out var row) ? row : null;

    /// <summary>The definition of <paramref name="code"/>.</summary>
    /// <exception cref="KeyNotFoundException">The catalogue has no such code: a defect of this product.</exception>
    public static FindingDefinition Get(string code) =>
        Find(code) ?? throw new KeyNotFoundException($"The findings catalogue has no code '{code}'.");

    private static SortedDictionary<string, FindingDefinition> Read()
    {
        using var stream = typeof(FindingCatalogue).Assembly.GetManifestResourceStream("catalogue.json")!;
        var rows = JsonSerializer.Deserialize(stream, CatalogueJson.Default.FindingDefinitionArray)!;
        var byCode = new SortedDictionary<string, FindingDefinition>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows) byCode.Add(row.Code, row);
        return byCode;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(FindingDefinition[]))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
