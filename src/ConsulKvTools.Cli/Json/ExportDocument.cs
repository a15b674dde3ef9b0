using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv export --path</c> wrote.</summary>
internal sealed record ExportDocument(
    string Path, ConsulKvFormat Format, string Prefix, long Keys, long Bytes, long Excluded, ulong? Index, string? Sha256, int? FilesWritten, int? FilesRemoved, decimal DurationMs) : CommandDocument("export")
{
    public static ExportDocument Of(ConsulKvExport export) => new(
        export.Path, export.Format, export.Prefix, export.Keys, export.Bytes, export.Excluded, export.Index, export.Sha256, export.FilesWritten, export.FilesRemoved, Milliseconds.Of(export.Duration));
}
