using System.CommandLine;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli.Verbs;

/// <summary>A command: its options, and one call into Core. What can go wrong with every command is handled here, once.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, GlobalOptions globals, Surroundings surroundings) : base(name, description)
    {
        Globals = globals;
        Surroundings = surroundings;
        SetAction(RunContainedAsync);
    }

    protected GlobalOptions Globals { get; }

    protected Surroundings Surroundings { get; }

    /// <summary>Does the work.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    protected abstract Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation);

    /// <summary>A session of the command line and the environment.</summary>
    /// <exception cref="ConsulConfigurationException">It cannot be used.</exception>
    protected ConsulKvSession OpenSession(ParseResult parsed, ConsulRetryPolicy? retry = null) =>
        ConsulKvSession.Create(Globals.SessionOptions(parsed, Surroundings, retry), Surroundings.Environment);

    /// <summary>A session that may be unusable, for the commands that say why.</summary>
    protected ConsulKvSession OpenSessionForDiagnosis(ParseResult parsed) =>
        ConsulKvSession.CreateForDiagnosis(Globals.SessionOptions(parsed, Surroundings), Surroundings.Environment);

    private async Task<int> RunContainedAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = Terminal.For(parsed, Globals, Surroundings);
        try
        {
            return await RunAsync(parsed, terminal, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            ErrorView.Write(terminal, "stopped.");
            return ExitCode.CouldNotRun;
        }
        catch (UsageException error)
        {
            ErrorView.WriteUsage(terminal, [error.Message], "consulkv " + Name);
            return ExitCode.Usage;
        }
        catch (ConsulException error)
        {
            ErrorView.Write(terminal, ForShell.Of(error.Finding));
            return ExitCode.Of(error.Finding);
        }
        catch (IOException error) when (IsBrokenPipe(error))
        {
            // The reader left, as in "consulkv get --prefix app/ | head": nobody is there to be told.
            return ExitCode.CouldNotRun;
        }
        catch (IOException error)
        {
            // Files are told by findings of their own; what is left is the output.
            ErrorView.Write(terminal.OnError(), $"the output could not be written: {error.Message}");
            return ExitCode.CouldNotRun;
        }
        catch (Exception error)
        {
            // A defect of this program must not look like a fault of Consul's.
            ErrorView.Write(terminal, $"consulkv itself failed: {error.GetType().Name}: {error.Message}");
            return ExitCode.CouldNotRun;
        }
    }

    // EPIPE on Unix, ERROR_NO_DATA and ERROR_BROKEN_PIPE on Windows.
    private static bool IsBrokenPipe(IOException error) => (error.HResult & 0xFFFF) is 32 or 232 or 109;
}
