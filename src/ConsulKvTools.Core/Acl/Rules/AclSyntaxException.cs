namespace ConsulKvTools.Acl.Rules;

/// <summary>A policy's text that is neither HCL nor JSON.</summary>
internal sealed class AclSyntaxException(string problem, int line, int column) : Exception($"Line {line}, column {column}: {problem}")
{
    /// <summary>What is wrong and what would be right.</summary>
    public string Problem { get; } = problem;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    /// <summary>From 1.</summary>
    public int Column { get; } = column;
}
