namespace ConsulKvTools.Cli.Json;

/// <summary>A key that an import did not write, and why.</summary>
internal sealed record ImportFailure(string Key, ConsulKvOutcome Outcome, string? Code, string? Message);
