namespace ConsulKvTools.Cli.Json;

/// <summary>The configuration in force, as <c>consulkv config</c> shows it.</summary>
internal sealed record ConfigurationDocument(string Address, IReadOnlyList<SettingDocument> Settings, IReadOnlyList<FindingDocument> Findings)
{
    public string Document => "configuration";

    public int Version => 1;

    public static ConfigurationDocument Of(ConsulKvSession session) => new(
        session.Address, [.. session.Configuration.Select(SettingDocument.Of)], [.. session.ConfigurationFindings.Select(FindingDocument.Of)]);
}
