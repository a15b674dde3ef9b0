using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Options;

/// <summary>Durations as Consul writes them: <c>500ms</c>, <c>15s</c>, <c>1m30s</c>.</summary>
internal static partial class GoDuration
{
    /// <summary>Reads Go's form, or .NET's <c>hh:mm:ss</c>. A bare number is refused: nobody knows of what.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Contains(':', StringComparison.Ordinal)) return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        var match = Form().Match(text);
        if (!match.Success) return false;
        double seconds = 0;
        for (var part = 0; part < match.Groups["number"].Captures.Count; part++)
            seconds += double.Parse(match.Groups["number"].Captures[part].Value, CultureInfo.InvariantCulture) * SecondsIn(match.Groups["unit"].Captures[part].Value);
        if (seconds >= TimeSpan.MaxValue.TotalSeconds) return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static double SecondsIn(string unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "ns" => 1e-9,
        _ => 1e-6,
    };

    [GeneratedRegex(@"^((?<number>\d{1,12}(\.\d{1,9})?)(?<unit>h|ms|m|s|us|µs|ns))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
