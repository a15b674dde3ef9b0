using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Views;

/// <summary>Core names an explicit setting as PowerShell does (<c>-CAPath</c>); here it is an option (<c>--ca-path</c>).</summary>
internal static partial class SettingSource
{
    public static string Of(string source) => source.Length > 1 && source[0] == '-' && source[1] != '-'
        ? "--" + WordStart().Replace(source[1..], "-").ToLowerInvariant()
        : source;

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex WordStart();
}
