using ConsulKvTools.Validation;

namespace ConsulKvTools;

/// <summary>One thing that is expected of an environment, and can be asked for.</summary>
public sealed class ConsulEnvironmentCheck
{
    internal ConsulEnvironmentCheck(ConsulEnvironmentCheckKind kind, string name, string? agent, Func<EnvironmentCheckContext, CancellationToken, Task<ConsulFinding?>> ask)
    {
        Kind = kind;
        Name = name;
        Agent = agent;
        Ask = ask;
    }

    /// <summary>What is expected, in words. The same description gives the same names in the same order; none holds a secret.</summary>
    public string Name { get; }

    /// <summary>What it looks at.</summary>
    public ConsulEnvironmentCheckKind Kind { get; }

    /// <summary>The agent's name in the description; null when it is about several or none.</summary>
    public string? Agent { get; }

    /// <summary>True where a JSON schema is part of it.</summary>
    internal bool NeedsSchemas { get; init; }

    /// <summary>Finds out; null when what is expected is there, else why it is not.</summary>
    internal Func<EnvironmentCheckContext, CancellationToken, Task<ConsulFinding?>> Ask { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
