using System.Text.Json;
using System.Text.Json.Serialization;
using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>The shapes of the documents, made at compile time so that a natively published consulkv can write them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DiagnosisDocument))]
[JsonSerializable(typeof(SeriesDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(ConnectivityDocument))]
[JsonSerializable(typeof(AclDocument))]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(EntryRow))]
[JsonSerializable(typeof(WatchLine))]
[JsonSerializable(typeof(DifferenceRow))]
[JsonSerializable(typeof(ExportDocument))]
[JsonSerializable(typeof(ImportDocument))]
[JsonSerializable(typeof(PlanRow))]
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
    /// <summary>How documents are written, a diagnosis among them.</summary>
    public static JsonWriterOptions Writing => ReportJson.Writing;
}
