using System.CommandLine;

namespace ConsulKvTools.Cli.Options;

/// <summary>A key on the command line: sent byte for byte as typed, or refused.</summary>
internal static class KeyArgument
{
    public static Argument<string?> Optional(string description) => new("KEY") { Description = description, Arity = ArgumentArity.ZeroOrOne };

    public static Argument<string> Required(string description) => new("KEY") { Description = description };

    /// <summary>The key, when its bytes are known.</summary>
    /// <exception cref="UsageException">They are not.</exception>
    public static string? Read(string? key) =>
        // .NET puts U+FFFD where an argument's bytes are no UTF-8: what was typed is lost, and another key would be used.
        key is not null && key.Contains('\uFFFD', StringComparison.Ordinal)
            ? throw new UsageException("The key is not valid UTF-8 (or holds U+FFFD), so its bytes are not known here. Consul's HTTP API takes UTF-8 keys.")
            : key;
}
