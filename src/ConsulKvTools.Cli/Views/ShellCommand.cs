using System.Text;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Views;

/// <summary>
/// The catalogue's commands speak of cmdlets. Whoever runs <c>consulkv</c> may have no PowerShell, so they are told the verb that does
/// the same; commands of other programs stay as they are.
/// </summary>
internal static partial class ShellCommand
{
    private static readonly Dictionary<string, string> Verbs = new(StringComparer.Ordinal)
    {
        ["Invoke-ConsulDiagnosis"] = "diagnose",
        ["Test-ConsulConnectivity"] = "test",
        ["Test-ConsulAcl"] = "acl",
        ["Get-ConsulKv"] = "get",
        ["Get-ConsulKvConsistent"] = "get",
        ["Set-ConsulKv"] = "set",
        ["New-ConsulKvSession"] = "test",
        ["Get-ConsulKvSession"] = "config",
        ["Export-ConsulKv"] = "export",
        ["Import-ConsulKv"] = "import",
    };

    /// <summary>Parameters that are spelt otherwise, or become arguments (an empty name), or have no meaning here (null).</summary>
    private static readonly Dictionary<string, string?> Options = new(StringComparer.Ordinal)
    {
        ["Key"] = "",
        ["Value"] = "",
        ["Session"] = "--address",
        ["ProcessId"] = "--pid",
        ["NamesOnly"] = "--names",
        ["CheckAndSet"] = "--cas",
        ["Token"] = "--token-file <file>",
        ["AdminSession"] = "--admin-token-file <file>",
        ["CACertificate"] = "--ca-certificate",
        ["CAPath"] = "--ca-path",
        ["JournalPath"] = "--journal",
        ["UndoPath"] = "--undo",
        ["ProxyCredential"] = null,
        ["Default"] = null,
        ["Atomic"] = null,
        ["CompareStale"] = null,
        // What is below a prefix is all that is below it.
        ["Recurse"] = null,
    };

    private static readonly HashSet<string> Lower = ["Operation", "Consistency"];

    // Parameters whose value is itself a PowerShell expression: the replacement already says what to give.
    private static readonly HashSet<string> Replaced = ["Token", "AdminSession"];

    /// <summary>The command for a shell; null stays null.</summary>
    public static string? Of(string? command)
    {
        if (command is null) return null;
        if (Help().Match(command) is { Success: true } help && Verbs.TryGetValue(help.Groups[1].Value, out var explained)) return $"consulkv {explained} --help";
        if (InPowerShell().Match(command) is { Success: true } inner) return command[..inner.Index] + Of(inner.Groups[1].Value);
        var words = Word().Matches(InnerSession().Replace(command.Split(" | ")[0], "$1")).Select(match => match.Value).ToList();
        if (words.Count == 0 || !Verbs.TryGetValue(words[0], out var verb)) return words.Count > 0 && OurCmdlet().IsMatch(words[0]) ? $"pwsh -c \"{command}\"" : command;
        // The executable takes a proxy's password only where nobody can see it in the process list.
        var shell = new StringBuilder(words.Contains("-ProxyCredential") ? "env HTTPS_PROXY=http://<user>:<password>@<proxy>:<port> " : "").Append("consulkv ").Append(verb);
        if (words[0] == "Get-ConsulKvConsistent") shell.Append(" --consistency consistent");
        for (var index = 1; index < words.Count; index++)
        {
            if (words[index][0] != '-')
            {
                // What stands alone is a key or a file; test has neither, and asks an address.
                shell.Append(words[0] == "Test-ConsulConnectivity" ? " --address " : " ").Append(Quoted(words[index]));
                continue;
            }
            var name = words[index][1..];
            var value = index + 1 < words.Count && words[index + 1][0] != '-' ? words[++index] : null;
            var known = Options.TryGetValue(name, out var option);
            if (known && option is null) continue;
            if (!known) option = "--" + Capital().Replace(name, match => (match.Index > 0 ? "-" : "") + match.Value.ToLowerInvariant());
            if (option!.Length > 0) shell.Append(' ').Append(option);
            if (value is not null && !Replaced.Contains(name)) shell.Append(' ').Append(Lower.Contains(name) ? value.ToLowerInvariant() : Quoted(value));
        }
        return shell.ToString();
    }

    // PowerShell doubles a quote inside quotes, a POSIX shell leaves the quotes for it; ('…'.TrimStart('/')) is a key without its slash.
    private static string Quoted(string word) => TrimmedKey().Match(word) is { Success: true } key
        ? $"'{key.Groups[1].Value.TrimStart('/')}'"
        : word.Replace("''", "'\\''", StringComparison.Ordinal);

    [GeneratedRegex(@"\('[^']*'\.TrimStart\('/'\)\)|\([^()]*\)|'(?:[^']|'')*'|\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    // A session made on the spot: its parameters are options of the verb itself.
    [GeneratedRegex(@"-Session \(New-ConsulKvSession ([^()]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex InnerSession();

    // Without a verb here: whoever meets such a finding has the module.
    [GeneratedRegex(@"^[A-Z][a-z]+-Consul\w+$", RegexOptions.CultureInvariant)]
    private static partial Regex OurCmdlet();

    // Behind another program, which runs it elsewhere.
    [GeneratedRegex("pwsh -c \"([^\"]*)\"$", RegexOptions.CultureInvariant)]
    private static partial Regex InPowerShell();

    [GeneratedRegex(@"^Get-Help (\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Help();

    [GeneratedRegex("[A-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex Capital();

    [GeneratedRegex(@"^\('([^']*)'\.TrimStart\('/'\)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex TrimmedKey();
}
