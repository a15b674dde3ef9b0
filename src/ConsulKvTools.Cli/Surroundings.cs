using Spectre.Console;

namespace ConsulKvTools.Cli;

/// <summary>What a command touches of the world: streams, variables, the terminal's abilities. Tests and the demo put their own in.</summary>
internal sealed class Surroundings
{
    /// <summary>Where results go, byte for byte.</summary>
    public required Stream Output { get; init; }

    /// <summary>True once nobody reads the output any more, as behind <c>| head</c>.</summary>
    public Func<bool> OutputIsLeft { get; init; } = () => false;

    /// <summary>Where complaints go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where a value or a token is read from when the command line says so.</summary>
    public required Func<Stream> Input { get; init; }

    /// <summary>Puts a question on the error stream whose answer is no unless somebody says yes; null where nobody can be asked.</summary>
    public Func<string, CancellationToken, Task<bool>>? Ask { get; init; }

    /// <summary>The variables that configure a session.</summary>
    public required ConsulEnvironment Environment { get; init; }

    /// <summary>What the terminal can show.</summary>
    public required TerminalAbilities Abilities { get; init; }

    /// <summary>Those of this process.</summary>
    public static Surroundings OfThisProcess() => new()
    {
        Output = PipedOutput.OfThisProcess(),
        OutputIsLeft = PipedOutput.IsLeft,
        Error = Console.Error,
        Input = Console.OpenStandardInput,
        Ask = Console.IsInputRedirected || Console.IsErrorRedirected ? null : AskAsync,
        Environment = ConsulEnvironment.OfThisProcess(),
        Abilities = TerminalAbilities.OfThisProcess(),
    };

    private static Task<bool> AskAsync(string question, CancellationToken cancellation) =>
        new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = false }
            .ShowAsync(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), cancellation);
}
