using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv config</c>: the configuration in force and where each setting came from. Sends nothing.</summary>
internal sealed class ConfigVerb(GlobalOptions globals, Surroundings surroundings)
    : Verb("config", "Show each setting in force, where it came from, and what it shadows. Secrets are masked; nothing is sent.", globals, surroundings)
{
    protected override Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        using var session = OpenSessionForDiagnosis(parsed);
        if (terminal.IsJson) terminal.Document(ConfigurationDocument.Of(session), CliJson.Default.ConfigurationDocument);
        else ConfigurationView.Write(terminal, session);
        return Task.FromResult(session.ConfigurationFindings.Any(finding => finding.Severity == FindingSeverity.Error) ? ExitCode.Fault : ExitCode.Healthy);
    }
}
