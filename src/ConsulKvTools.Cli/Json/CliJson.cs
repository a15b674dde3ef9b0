using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsulKvTools.Cli.Json;

/// <summary>The shapes of the documents, made at compile time so that a natively published consulkv can write them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DiagnosisDocument))]
[JsonSerializable(typeof(ConnectivityDocument))]
[JsonSerializable(typeof(AclDocument))]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(EntryRow))]
[JsonSerializable(typeof(FindingDocument))]
[JsonSerializable(typeof(WriteDocument))]
[JsonSerializable(typeof(ExplanationDocument))]
[JsonSerializable(typeof(CatalogueDocument))]
[JsonSerializable(typeof(ConfigurationDocument))]
[JsonSerializable(typeof(DemoDocument))]
[JsonSerializable(typeof(ResolutionDocument))]
[JsonSerializable(typeof(ErrorDocument))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>How documents are written: for programs first, but a person who looks at one should be able to read it.</summary>
    public static JsonWriterOptions Writing { get; } = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
