namespace ConsulKvTools.Cli.Tests;

/// <summary>Runs a command line within the test process, for what does not need a process of its own and is asked hundreds of times.</summary>
internal static class InProcess
{
    public static Task<ConsulKvRun> RunAsync(params string[] arguments) => RunAsync(new TerminalAbilities(Unicode: true, Color: false, Progress: false, Width: 100), ConsulEnvironment.Empty, arguments);

    public static Task<ConsulKvRun> RunAsync(TerminalAbilities abilities, ConsulEnvironment environment, params string[] arguments) => RunAsync(abilities, environment, null, arguments);

    /// <summary>Somebody sits at the terminal, and answers.</summary>
    public static Task<ConsulKvRun> RunAsync(ConsulEnvironment environment, Func<string, bool> answer, params string[] arguments) =>
        RunAsync(new TerminalAbilities(Unicode: true, Color: false, Progress: false, Width: 100), environment, answer, arguments);

    private static async Task<ConsulKvRun> RunAsync(TerminalAbilities abilities, ConsulEnvironment environment, Func<string, bool>? answer, string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, new Surroundings
        {
            Output = output,
            Error = error,
            Input = () => Stream.Null,
            Ask = answer is null ? null : (question, _) => Task.FromResult(answer(question)),
            Environment = environment,
            Abilities = abilities,
        });
        return new ConsulKvRun(code, output.ToArray(), error.ToString());
    }
}
