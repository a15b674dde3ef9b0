namespace ConsulKvTools.Module.Tests;

/// <summary>One Pester test and how it ended, as run.ps1 writes it.</summary>
/// <param name="File">The suite's file name.</param>
/// <param name="Name">The test with the blocks around it.</param>
/// <param name="Result">Pester's word: Passed, Failed, Skipped, NotRun, Inconclusive.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Message">Why it failed or was skipped; empty otherwise.</param>
internal sealed record PesterTest(string File, string Name, string Result, double Seconds, string Message)
{
    /// <summary>How the test is called in reports.</summary>
    public string DisplayName => $"{Suite}{(Name.StartsWith(Suite, StringComparison.Ordinal) ? Name[Suite.Length..] : ": " + Name)}";

    private string Suite => File.Replace(".Tests.ps1", "", StringComparison.Ordinal);
}
