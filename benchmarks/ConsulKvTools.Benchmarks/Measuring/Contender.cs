namespace ConsulKvTools.Benchmarks.Measuring;

/// <summary>One way to do a job.</summary>
/// <param name="Name">As it stands in the table.</param>
/// <param name="RunAsync">Does the job once and gives what was measured, in the contest's unit; throws when the job was not done right.</param>
internal sealed record Contender(string Name, Func<CancellationToken, Task<double>> RunAsync)
{
    /// <summary>Rounds at most, for what takes long and is no close race; null runs as often as the others.</summary>
    public int? MaxRounds { get; init; }

    /// <summary>Rounds before the first that counts.</summary>
    public int WarmUps { get; init; } = 1;
}
