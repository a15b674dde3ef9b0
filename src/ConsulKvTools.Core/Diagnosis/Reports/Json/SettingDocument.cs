namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>One setting of the session.</summary>
internal sealed record SettingDocument(string Name, string? Value, string Source, IReadOnlyList<string> Shadowed)
{
    public static SettingDocument Of(ConsulSetting setting) => new(setting.Name, setting.Value, setting.Source, setting.Shadowed);
}
