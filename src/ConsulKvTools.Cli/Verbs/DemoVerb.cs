using System.CommandLine;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv demo</c>.</summary>
internal sealed class DemoVerb(GlobalOptions globals, Surroundings surroundings)
    : Verb("demo", "Start throwaway Consul agents on this machine, break them one after another, and show each diagnosis.", globals, surroundings)
{
    protected override Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation) => throw new NotImplementedException();
}
