namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>What this shell would do otherwise than the program: the usual reason why "it works for me".</summary>
internal static class SettingDifferences
{
    // What the program's own client decides by itself, not by variables.
    private static readonly string[] OfTheClient = ["ConnectTimeout", "RetryPolicy"];

    /// <summary>An information that lists them; null when there are none.</summary>
    public static ConsulFinding? Find(ConsulKvSession program, ConsulEnvironment own)
    {
        using var shell = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions(), own);
        var others = shell.Configuration.GroupBy(setting => setting.Name).ToDictionary(same => same.Key, same => same.First().Value);
        var differing = program.Configuration
            .Where(setting => !OfTheClient.Contains(setting.Name) && others.TryGetValue(setting.Name, out var value) && value != setting.Value).ToArray();
        return differing.Length == 0 ? null : ConsulFinding.Create("Config.ShellDiffers",
            ("names", string.Join(", ", differing.Select(setting => setting.Name))),
            ("text", string.Join("; ", differing.Select(setting => $"{setting.Name}: this shell {Shown(others[setting.Name])}, the program {Shown(setting.Value)}"))));
    }

    // Tokens and passwords are fingerprints in the configuration already.
    private static string Shown(string? value) => value is null ? "(none)" : Printable.Text(value, 120);
}
