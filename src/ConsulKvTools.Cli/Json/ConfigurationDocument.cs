using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>The configuration in force, as <c>consulkv config</c> shows it.</summary>
internal sealed record ConfigurationDocument(string Address, IReadOnlyList<SettingDocument> Settings, IReadOnlyList<FindingDocument> Findings) : CommandDocument("configuration")
{
    public static ConfigurationDocument Of(ConsulKvSession session) => new(
        session.Address, [.. session.Configuration.Select(setting => SettingDocument.Of(ForShell.Of(setting)))], [.. session.ConfigurationFindings.Select(finding => FindingDocument.Of(ForShell.Of(finding)))]);
}
