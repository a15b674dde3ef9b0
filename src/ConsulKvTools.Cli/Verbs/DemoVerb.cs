using System.CommandLine;
using ConsulKvTools.Cli.Demo;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv demo</c>: throwaway agents, broken one way after another, and what the diagnosis says to each.</summary>
internal sealed class DemoVerb(GlobalOptions globals, Surroundings surroundings)
    : Verb("demo", "Start throwaway Consul agents on this machine, break them one after another, and show each diagnosis.", globals, surroundings)
{
    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        ConsulBinary binary;
        try
        {
            // The search may download; it ends by itself, and there is nothing to clean up when it is left alone.
            binary = await ConsulBinary.LocateAsync().WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (ConsulNotFoundException error)
        {
            ErrorView.Write(terminal, error.Message);
            return ExitCode.CouldNotRun;
        }
        var stage = await DemoStage.SetAsync(cancellation).ConfigureAwait(false);
        await using (stage.ConfigureAwait(false))
        {
            if (!terminal.IsJson) Introduce(terminal, stage, binary);
            return await new DemoShow(terminal, stage, Surroundings).PlayAsync(cancellation).ConfigureAwait(false) ? ExitCode.Healthy : ExitCode.Fault;
        }
    }

    private static void Introduce(Terminal terminal, DemoStage stage, ConsulBinary binary)
    {
        terminal.Line($"Consul {binary.Version} ({binary.Path}, found by {binary.Source})");
        terminal.Line("runs on this machine with ACLs and TLS, on free ports and with data of its own, until the demo ends.");
        terminal.Line("The commands below are run as they stand here, in this environment:");
        terminal.Line($"  CONSUL_HTTP_ADDR={DemoStage.AddressText(stage.Agent.HttpsAddress!)}");
        terminal.Line($"  CONSUL_CACERT={Path.GetFileName(stage.AuthorityFile)}");
        terminal.Line($"  CONSUL_HTTP_TOKEN_FILE={Path.GetFileName(stage.WriterFile)}");
        terminal.Line($"  (files in {stage.Folder})");
        terminal.Line();
    }
}
