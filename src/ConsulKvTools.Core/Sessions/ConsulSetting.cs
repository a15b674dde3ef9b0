namespace ConsulKvTools;

/// <summary>One setting of a session: its value in force and where it came from.</summary>
/// <param name="Name">The setting, named as the parameter of New-ConsulKvSession.</param>
/// <param name="Value">The value in force, secrets masked; null when not set.</param>
/// <param name="Source">Who won: a parameter such as <c>-Address</c>, a variable such as <c>CONSUL_HTTP_ADDR</c>, or <c>default</c>.</param>
/// <param name="Shadowed">Sources that also had a value and lost.</param>
public sealed record ConsulSetting(string Name, string? Value, string Source, IReadOnlyList<string> Shadowed)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} = {Value ?? "(none)"} ({Source})";
}
