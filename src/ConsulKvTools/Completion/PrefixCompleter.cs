namespace ConsulKvTools.Commands;

/// <summary>Offers the levels of the store, and no single keys.</summary>
public sealed class PrefixCompleter : KeyCompleter
{
    private protected override bool Fits(string name) => name.EndsWith("/", StringComparison.Ordinal);
}
