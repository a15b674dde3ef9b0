using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>The clients' texts and what they stand for: <c>client-texts.json</c>, first match wins.</summary>
internal static class ClientTexts
{
    private static readonly Lazy<ClientText[]> Rows = new(Read);

    /// <summary>All rows, in the order they are tried.</summary>
    public static IReadOnlyList<ClientText> All => Rows.Value;

    private static ClientText[] Read()
    {
        using var stream = typeof(ClientTexts).Assembly.GetManifestResourceStream("client-texts.json")!;
        return JsonSerializer.Deserialize(stream, ClientTextJson.Default.ClientTextArray)!;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClientText[]))]
internal sealed partial class ClientTextJson : JsonSerializerContext;
