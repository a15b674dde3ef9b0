using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv resolve</c>: what an error text of any client, or a log, means.</summary>
internal sealed class ResolveVerb : Verb
{
    // A log may hold a million errors; in one document as many as a person or a script can use.
    private const int MostInDocument = 100_000;

    private readonly Argument<string[]> texts = new("TEXT") { Description = "Error texts as a client printed them. Without any: standard input is read as a log.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> files = new("--file") { Description = "Read this log. May be given several times; - means standard input.", HelpName = "path", AllowMultipleArgumentsPerToken = false };

    public ResolveVerb(GlobalOptions globals, Surroundings surroundings)
        : base("resolve", "Say what an error text of any client or a log means: the finding, its cause and the remedy.", globals, surroundings)
    {
        Arguments.Add(texts);
        Options.Add(files);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var given = parsed.GetValue(texts) ?? [];
        var logs = parsed.GetValue(files) ?? [];
        if (given.Length > 0 && logs.Length > 0) throw new UsageException("Give texts or --file, one of the two.");
        var found = new List<ConsulFinding>();
        var known = false;
        void Take(ConsulFinding finding)
        {
            known |= finding.Code != "Error.NotRecognised";
            if (!terminal.IsJson) FindingView.Write(terminal, ForShell.Of(finding));
            else if (found.Count < MostInDocument) found.Add(ForShell.Of(finding));
            else throw new UsageException($"More than {MostInDocument} errors are too many for one document. Give a part of the log.");
        }
        // A read does not listen to its token; the wait does, so that Ctrl+C is heard.
        await Task.Run(() =>
        {
            foreach (var text in given)
                foreach (var finding in ErrorText.Resolve(text)) Take(finding);
            foreach (var log in given.Length == 0 && logs.Length == 0 ? ["-"] : logs) Read(log, Take, cancellation);
        }, cancellation).WaitAsync(cancellation).ConfigureAwait(false);
        if (terminal.IsJson) terminal.Document(ResolutionDocument.Of(found), CliJson.Default.ResolutionDocument);
        return known ? ExitCode.Healthy : ExitCode.Fault;
    }

    private void Read(string log, Action<ConsulFinding> take, CancellationToken cancellation)
    {
        using var stream = Open(log);
        var errors = new ErrorStream(take);
        ErrorFile.Read(stream, errors, cancellation);
        errors.End();
    }

    private Stream Open(string log)
    {
        try
        {
            return log == "-" ? Surroundings.Input() : new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"The log '{Printable.Text(log, 120)}' does not exist.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"The log '{Printable.Text(log, 120)}' cannot be read: {Printable.Text(error.Message, 200)}");
        }
    }
}
