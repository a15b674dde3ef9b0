namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>A session with the settings of another process, to diagnose as that one would write.</summary>
/// <param name="Session">Made of its variables, or of our own where those cannot be read.</param>
/// <param name="Program">The process.</param>
internal sealed record ProgramSession(ConsulKvSession Session, ProcessSnapshot Program)
{
    // Variables that name files: relative ones begin at the program's folder, and all of them at its root.
    private static readonly string[] FileVariables =
        ["CONSUL_HTTP_TOKEN_FILE", "CONSUL_CACERT", "CONSUL_CAPATH", "CONSUL_CLIENT_CERT", "CONSUL_CLIENT_KEY"];

    /// <summary>Opens a session as the process <paramref name="pid"/> would have it.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="options">What is asked for explicitly; it counts before the program's variables.</param>
    /// <param name="own">The variables of this process, used where the program's cannot be read.</param>
    /// <param name="root">Where <c>/proc</c> is.</param>
    /// <exception cref="ConsulException">There is no such process, or an option is out of range.</exception>
    public static ProgramSession Open(int pid, ConsulSessionOptions options, ConsulEnvironment own, string root = "/proc")
    {
        var program = ProcessReader.Read(pid, root);
        var environment = program.Environment is null ? own : new ConsulEnvironment(Mapped(program));
        var session = ConsulKvSession.CreateForDiagnosis(options with { SystemTrust = ProgramTrust.Of(program), Name = options.Name ?? $"as {program}" }, environment);
        return new ProgramSession(session, program);
    }

    private static Dictionary<string, string> Mapped(ProcessSnapshot program)
    {
        var variables = program.Environment!.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        foreach (var name in FileVariables)
            if (variables.TryGetValue(name, out var path) && path.Length > 0) variables[name] = program.Files.Map(path);
        if (variables.TryGetValue("CONSUL_HTTP_ADDR", out var address) && address.StartsWith("unix://", StringComparison.Ordinal))
            variables["CONSUL_HTTP_ADDR"] = "unix://" + program.Files.Map(address.Substring("unix://".Length));
        return variables;
    }
}
