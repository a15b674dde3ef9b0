using System.Collections;

namespace ConsulKvTools;

/// <summary>The variables that configure a Consul client, of this process or of another one.</summary>
public sealed class ConsulEnvironment
{
    private readonly Dictionary<string, string> variables;

    /// <summary>Takes the variables from <paramref name="variables"/>; names keep their letter case, as on Linux.</summary>
    public ConsulEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        this.variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in variables) this.variables[pair.Key] = pair.Value;
    }

    /// <summary>No variables at all.</summary>
    public static ConsulEnvironment Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>The variables of this process, read now.</summary>
    public static ConsulEnvironment OfThisProcess()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry pair in Environment.GetEnvironmentVariables())
            all[(string)pair.Key] = (string?)pair.Value ?? "";
        return new ConsulEnvironment(all);
    }

    /// <summary>The same without some variables.</summary>
    internal ConsulEnvironment Without(params string[] names) =>
        new(variables.Where(pair => !names.Contains(pair.Key, StringComparer.Ordinal)).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));

    /// <summary>The variable's value; null when unset or empty, which Go's client treats alike.</summary>
    public string? this[string name] => variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Names of the variables that begin with <c>CONSUL_</c>.</summary>
    public IEnumerable<string> ConsulNames => variables.Keys.Where(name => name.StartsWith("CONSUL_", StringComparison.Ordinal)).OrderBy(name => name, StringComparer.Ordinal);
}
