namespace ConsulKvTools.Benchmarks.Measuring;

/// <summary>Runs contenders in turn, A B C A B C: what changes on the machine meanwhile then hits all alike.</summary>
internal static class Contest
{
    public static async Task<IReadOnlyDictionary<string, Sample>> RunAsync(
        IReadOnlyList<Contender> contenders, int rounds, string unit, Action<string> say, CancellationToken cancellation)
    {
        var values = contenders.ToDictionary(contender => contender.Name, _ => new List<double>());
        foreach (var contender in contenders)
            for (var turn = 0; turn < contender.WarmUps; turn++)
                say($"    warm-up  {contender.Name}: {await contender.RunAsync(cancellation).ConfigureAwait(false):G4} {unit}");
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var contender in contenders)
            {
                if (round > contender.MaxRounds) continue;
                var value = await contender.RunAsync(cancellation).ConfigureAwait(false);
                values[contender.Name].Add(value);
                say($"    round {round,2}  {contender.Name}: {value:G4} {unit}");
            }
        }
        return values.ToDictionary(pair => pair.Key, pair => new Sample(pair.Value));
    }
}
