using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv test</c>: can this machine reach a Consul agent, and how fast.</summary>
internal sealed class TestVerb : Verb
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    private readonly Option<TimeSpan?> timeout = Choice.Duration("--timeout", "Time for the whole test. Default: 15s.");

    public TestVerb(GlobalOptions globals, Surroundings surroundings)
        : base("test", "Walk name, TCP, TLS and HTTP to the agent, each layer timed.", globals, surroundings) => Options.Add(timeout);

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        using var session = OpenSessionForDiagnosis(parsed);
        var result = ForShell.Of(await ConnectivityTest.RunAsync(session, parsed.GetValue(timeout) ?? DefaultTimeout, cancellation).ConfigureAwait(false));
        if (terminal.IsJson) terminal.Document(ConnectivityDocument.Of(result), CliJson.Default.ConnectivityDocument);
        else ConnectivityView.Write(terminal, result);
        return result.Succeeded ? ExitCode.Healthy : ExitCode.Fault;
    }
}
