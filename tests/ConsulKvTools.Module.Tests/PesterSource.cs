using System.Text.RegularExpressions;

namespace ConsulKvTools.Module.Tests;

/// <summary>The tests that stand in the suites, read from their text: what can be told where they cannot be run.</summary>
internal static partial class PesterSource
{
    /// <summary>Every test as skipped for one reason. A test with cases counts once.</summary>
    public static IReadOnlyList<PesterTest> AllSkipped(string folder, string reason) =>
        [.. from file in Directory.EnumerateFiles(folder, "*.Tests.ps1").Order(StringComparer.Ordinal)
            from Match test in ItLine().Matches(File.ReadAllText(file))
            select new PesterTest(Path.GetFileName(file), test.Groups["name"].Value.Replace("''", "'", StringComparison.Ordinal), "Skipped", 0, reason)];

    [GeneratedRegex(@"^\s*It\s+'(?<name>(?:[^']|'')+)'", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ItLine();
}
