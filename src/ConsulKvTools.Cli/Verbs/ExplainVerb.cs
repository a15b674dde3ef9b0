using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv explain</c>: what a finding's code means.</summary>
internal sealed class ExplainVerb : Verb
{
    private readonly Argument<string?> code = new("CODE") { Description = "A code such as Acl.PermissionDenied. Without it: all codes.", HelpName = "code", Arity = ArgumentArity.ZeroOrOne };

    public ExplainVerb(GlobalOptions globals, Surroundings surroundings)
        : base("explain", "Explain a finding's code: cause, remedy, command, and what proves it.", globals, surroundings)
    {
        code.CompletionSources.Add(_ => FindingCatalogue.All.Select(row => new System.CommandLine.Completions.CompletionItem(row.Code)));
        Arguments.Add(code);
    }

    protected override Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetValue(code) is not { } asked)
        {
            ExplanationView.WriteAll(terminal);
            return Task.FromResult(ExitCode.Healthy);
        }
        var definition = ForShell.Of(FindingCatalogue.Find(asked) ?? throw new UsageException(Unknown(asked)));
        if (terminal.IsJson) terminal.Document(ExplanationDocument.Of(definition), CliJson.Default.ExplanationDocument);
        else ExplanationView.Write(terminal, definition);
        return Task.FromResult(ExitCode.Healthy);
    }

    private static string Unknown(string asked)
    {
        var shown = Printable.Text(asked, 60);
        var near = NearestNames.Of(asked, FindingCatalogue.All.Select(row => row.Code), 5);
        return near.Count > 0
            ? $"There is no code '{shown}'. Near it: {string.Join(", ", near)}."
            : $"There is no code '{shown}'. 'consulkv explain' lists all of them.";
    }
}
