namespace ConsulKvTools.Cli.Tests;

/// <summary>Runs a command line within the test process, for what does not need a process of its own and is asked hundreds of times.</summary>
internal static class InProcess
{
    public static Task<ConsulKvRun> RunAsync(params string[] arguments) => RunAsync(new TerminalAbilities(Unicode: true, Color: false, Progress: false, Width: 100), ConsulEnvironment.Empty, arguments);

    public static async Task<ConsulKvRun> RunAsync(TerminalAbilities abilities, ConsulEnvironment environment, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, new Surroundings
        {
            Output = output,
            Error = error,
            Input = () => Stream.Null,
            Environment = environment,
            Abilities = abilities,
        });
        return new ConsulKvRun(code, output.ToArray(), error.ToString());
    }
}
