namespace ConsulKvTools.Cli.Json;

/// <summary>One thing that changed between two diagnoses.</summary>
internal sealed record ChangeDocument(DiagnosisChangeKind Kind, string Name, ConsulLayer Layer, string? Before, string? After, bool MayExplain, string? Remark)
{
    public static ChangeDocument Of(ConsulDiagnosisChange change) => new(change.Kind, change.Name, change.Layer, change.Before, change.After, change.MayExplain, change.Remark);
}
