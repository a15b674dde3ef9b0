using System.Text.RegularExpressions;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli;

/// <summary>Core speaks to people who have PowerShell. Here its results speak of verbs and options instead.</summary>
internal static partial class ForShell
{
    public static ConsulDiagnosis Of(ConsulDiagnosis diagnosis) => diagnosis with
    {
        RootCause = OfAny(diagnosis.RootCause),
        Findings = [.. diagnosis.Findings.Select(Of)],
        Probes = [.. diagnosis.Probes.Select(Of)],
        Configuration = [.. diagnosis.Configuration.Select(Of)],
    };

    public static ConsulDiagnosisSeries Of(ConsulDiagnosisSeries series) => series with { Diagnoses = [.. series.Diagnoses.Select(Of)] };

    public static ConsulConnectivityResult Of(ConsulConnectivityResult result) => result with
    {
        RootCause = OfAny(result.RootCause),
        Findings = [.. result.Findings.Select(Of)],
        Probes = [.. result.Probes.Select(Of)],
    };

    public static ConsulAclResult Of(ConsulAclResult result) => result with { Finding = OfAny(result.Finding), Notes = [.. result.Notes.Select(Of)] };

    public static ConsulKvWriteResult Of(ConsulKvWriteResult result) => result with { Finding = OfAny(result.Finding) };

    public static ConsulSetting Of(ConsulSetting setting) =>
        setting with { Source = Text(setting.Source), Shadowed = [.. setting.Shadowed.Select(Text)] };

    public static FindingDefinition Of(FindingDefinition definition) => definition with
    {
        Title = Text(definition.Title),
        Cause = Text(definition.Cause),
        Remedy = Text(definition.Remedy),
        Command = ShellCommand.Of(definition.Command),
    };

    public static string OfText(string text) => Text(text);

    public static ConsulFinding? OfAny(ConsulFinding? finding) => finding is null ? null : Of(finding);

    public static ConsulFinding Of(ConsulFinding finding) => finding with
    {
        Title = Text(finding.Title),
        Cause = Text(finding.Cause),
        Remedy = Text(finding.Remedy),
        Command = ShellCommand.Of(finding.Command),
        Evidence = Evidence(finding.Evidence),
    };

    private static ProbeResult Of(ProbeResult probe) => probe with { Summary = Text(probe.Summary), Findings = [.. probe.Findings.Select(Of)] };

    private static System.Collections.IDictionary Evidence(System.Collections.IDictionary evidence)
    {
        var seen = new System.Collections.Specialized.OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (System.Collections.DictionaryEntry pair in evidence)
            // Only where Core speaks itself: other evidence was seen, and is shown as it was seen.
            seen[pair.Key] = pair is { Key: "source" or "variable" or "problem", Value: string source } ? Text(source) : pair.Value;
        return seen.AsReadOnly();
    }

    /// <summary><c>-CAPath</c> becomes <c>--ca-path</c>; anything else stays.</summary>
    private static string Text(string text) => Parameter().Replace(text, match => (match.Groups[1].Value + match.Groups[2].Value) switch
    {
        "CheckAndSet" => "--cas",
        "Token" => "--token-stdin",
        "RetryPolicy" => "--timeout",
        "Test-ConsulAcl" => "consulkv acl",
        "JournalPath" => "--journal",
        "UndoPath" => "--undo",
        var name => "--" + WordStart().Replace(name, "-").ToLowerInvariant(),
    });

    // Not any word behind a dash: "-dev" and "-server" are the agent's.
    [GeneratedRegex(@"(?<![\w-])(?:-(Address|TokenFile|CACertificate|CAPath|ClientCertificate|ClientKey|TlsServerName|SkipCertificateCheck|CheckRevocation|Datacenter|Namespace|Partition|Proxy|NoProxy|ConnectTimeout|CreateOnly|LockSession|Acquire|Release|Fenced|OperationPrefix|WaitTimeout|WaitIndex|WaitValue|Timeout|IdleSeconds|Canary|Operation|Value|Key|Consistency|CheckAndSet|RetryPolicy|Token|JournalPath|UndoPath|Prefix|Map|Exclude|StripPrefix|Delete|Force|Format|Path)|(Test-ConsulAcl))\b", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex WordStart();
}
