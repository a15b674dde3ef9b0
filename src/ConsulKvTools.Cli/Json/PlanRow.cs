namespace ConsulKvTools.Cli.Json;

/// <summary>What an import would do about a key; keys that stay as they are have no row.</summary>
internal sealed record PlanRow(string Key, ConsulKvImportAction Action, ulong Index, int? OldSize, int? NewSize, ulong? OldFlags, ulong? NewFlags, string? Difference)
{
    public static PlanRow Of(ConsulKvImportItem item) => new(item.Key, item.Action, item.Index, item.OldSize, item.NewSize, item.OldFlags, item.NewFlags, item.Difference);
}
