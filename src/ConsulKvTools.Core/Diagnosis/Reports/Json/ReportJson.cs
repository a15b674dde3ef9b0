using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>The shapes of a diagnosis' document, made at compile time so that a natively published consulkv can write them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DiagnosisDocument))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>How documents are written: for programs first, but a person who looks at one should be able to read it.</summary>
    public static JsonWriterOptions Writing { get; } = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
