namespace ConsulKvTools.Yaml;

/// <summary>A text that is no YAML, or uses what is not read here.</summary>
/// <param name="line">The line, from 1.</param>
/// <param name="problem">What is wrong, without a full stop.</param>
/// <param name="inner">What was thrown below; null when nothing was.</param>
public sealed class YamlSyntaxException(int line, string problem, Exception? inner = null) : Exception(problem, inner)
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
