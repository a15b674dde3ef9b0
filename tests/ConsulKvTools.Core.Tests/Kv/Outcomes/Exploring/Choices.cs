namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>The decisions of one schedule: replayed from the start as far as they are given, then the first alternative each time, or a random one.</summary>
internal sealed class Choices(IReadOnlyList<int> given, Random? random = null)
{
    private readonly List<(int Taken, int Of)> made = [];

    /// <summary>Every decision, to be replayed.</summary>
    public int[] Taken => made.Select(choice => choice.Taken).ToArray();

    /// <summary>One of <paramref name="of"/> alternatives; 0 is the undisturbed one.</summary>
    public int Next(int of)
    {
        if (of <= 1) return 0;
        // At random, most things go well: else no schedule would get far.
        var taken = made.Count < given.Count ? given[made.Count] : random is null || random.Next(3) > 0 ? 0 : random.Next(of);
        made.Add((taken, of));
        return taken;
    }

    /// <summary>The next schedule in order of depth-first search; null after the last.</summary>
    public int[]? Following()
    {
        var last = made.FindLastIndex(choice => choice.Taken + 1 < choice.Of);
        return last < 0 ? null : [.. made.Take(last).Select(choice => choice.Taken), made[last].Taken + 1];
    }

    public override string ToString() => string.Join(",", Taken);
}
