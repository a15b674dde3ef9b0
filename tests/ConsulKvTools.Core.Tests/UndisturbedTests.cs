namespace ConsulKvTools.Tests;

/// <summary>Tests of deadlines: they run alone, so that only what they test can keep them waiting.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class UndisturbedTests
{
    public const string Name = "undisturbed";
}
