namespace ConsulKvTools.FaultRun.Faults;

/// <summary>Which faults come when: the same for the same seed, number and kinds.</summary>
internal static class FaultSchedule
{
    private static readonly FaultKind[] OnTheWay = [FaultKind.RequestsCut, FaultKind.AnswersCut, FaultKind.AnswersDelayed, FaultKind.AnswersDropped, FaultKind.RequestsHeld];

    /// <summary>True for what is done to the requests on their way, false for what is done to the cluster.</summary>
    public static bool IsOnTheWay(FaultKind kind) => OnTheWay.Contains(kind);

    /// <summary>Makes a schedule. Every kind comes once before any comes twice; every fourth fault has another one on top.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="count">How many.</param>
    /// <param name="kinds">What can be done here.</param>
    public static IReadOnlyList<PlannedFault> Create(int seed, int count, IReadOnlyList<FaultKind> kinds)
    {
        var random = new Random(seed);
        var ahead = new Queue<FaultKind>();
        var schedule = new List<PlannedFault>();
        for (var number = 1; number <= count; number++)
        {
            if (ahead.Count == 0)
            {
                var shuffled = kinds.ToArray();
                random.Shuffle(shuffled);
                foreach (var kind in shuffled) ahead.Enqueue(kind);
            }
            List<FaultKind> now = [ahead.Dequeue()];
            var partners = kinds.Where(kind => IsOnTheWay(kind) != IsOnTheWay(now[0])).ToArray();
            var pair = random.Next(4) == 0;
            if (pair && partners.Length > 0) now.Add(partners[random.Next(partners.Length)]);
            schedule.Add(new PlannedFault(number, now, TimeSpan.FromSeconds(1 + random.NextDouble() * 3), TimeSpan.FromSeconds(0.5 + random.NextDouble()), random.Next()));
        }
        return schedule;
    }
}
