using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Verbs;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli;

/// <summary>The whole command line: verbs, global options, and what happens to a line that cannot be understood.</summary>
internal sealed class CommandLine
{
    // The demo ends its agents when it is stopped; that takes longer than the library's two seconds.
    private static readonly TimeSpan TimeToCleanUp = TimeSpan.FromSeconds(30);

    private static readonly ParserConfiguration Parsing = new()
    {
        // A value that begins with @ is a value, not a file of arguments.
        ResponseFileTokenReplacer = null,
        EnablePosixBundling = false,
    };

    private readonly RootCommand root;

    public CommandLine(Surroundings surroundings)
    {
        Globals = new GlobalOptions();
        Diagnose = new DiagnoseVerb(Globals, surroundings);
        root = new RootCommand("Says why a write to Consul KV fails, and reads and writes Consul KV.\n\n"
            + "Exit codes: 0 healthy, 1 fault found (or not written, missing, forbidden), 2 usage, 3 could not run.\n"
            + "The CONSUL_* variables mean what they mean to Consul's own command line.")
        {
            Diagnose,
            new TestVerb(Globals, surroundings),
            new AclVerb(Globals, surroundings),
            new GetVerb(Globals, surroundings),
            new SetVerb(Globals, surroundings),
            new WatchVerb(Globals, surroundings),
            new ExportVerb(Globals, surroundings),
            new ImportVerb(Globals, surroundings),
            new CompareVerb(Globals, surroundings),
            new ResolveVerb(Globals, surroundings),
            new ExplainVerb(Globals, surroundings),
            new ConfigVerb(Globals, surroundings),
            new DemoVerb(Globals, surroundings),
        };
        foreach (var option in Globals.All) root.Options.Add(option);
    }

    /// <summary>The options every verb takes.</summary>
    public GlobalOptions Globals { get; }

    /// <summary>The verb that the demo runs again and again.</summary>
    public DiagnoseVerb Diagnose { get; }

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Surroundings surroundings)
    {
        var line = new CommandLine(surroundings);
        var parsed = line.Parse(arguments);
        if (arguments.Count == 0)
        {
            // What can be done is the best answer, but a script must not take it for success.
            line.Parse(["--help"]).Invoke();
            return ExitCode.Usage;
        }
        var showsHelp = parsed.Action is HelpAction;
        if (!showsHelp && UsageProblems.Of(parsed) is { Count: > 0 } problems)
        {
            var terminal = Terminal.For(parsed, line.Globals, surroundings);
            ErrorView.WriteUsage(terminal, problems, CommandPath(parsed));
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeToCleanUp, EnableDefaultExceptionHandler = false }, CancellationToken.None)
            .ConfigureAwait(false);
    }

    /// <summary>Runs a command line from within another one, which goes on listening for Ctrl+C itself.</summary>
    public Task<int> RunInnerAsync(IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, cancellation);

    /// <summary>Understands a command line without running it.</summary>
    public ParseResult Parse(IReadOnlyList<string> arguments) => root.Parse(arguments, Parsing);

    private static string CommandPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "consulkv" : "consulkv " + parsed.CommandResult.Command.Name;
}
