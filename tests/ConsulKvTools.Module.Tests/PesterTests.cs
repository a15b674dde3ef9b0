namespace ConsulKvTools.Module.Tests;

/// <summary>Every Pester test as a test of its own, so that <c>dotnet test</c> says which promise of the module does not hold.</summary>
public sealed class PesterTests
{
    public static async Task<IEnumerable<ITheoryDataRow>> Tests() =>
        from test in await PesterRun.TestsAsync()
        select new TheoryDataRow<string, string, string>(test.DisplayName, test.Result, test.Message)
        {
            TestDisplayName = test.DisplayName,
            // The name says it all; the arguments would say it again.
            Label = "",
            Skip = test.Result is "Skipped" or "NotRun" ? (test.Message.Length > 0 ? test.Message : "Skipped by Pester.") : null,
        };

    // The rows exist only once PowerShell has run, which is nothing to do while tests are looked for.
    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Tests))]
    public void Holds(string test, string result, string message) => Assert.True(result == "Passed", $"{test}: {result}\n{message}");
}
