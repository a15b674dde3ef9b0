namespace ConsulKvTools.Drills;

/// <summary>Gives the verdicts of a drill, by rules that stand in its report.</summary>
/// <param name="options">What is accepted.</param>
/// <param name="operations">What was done, in the order in which it ended.</param>
/// <param name="verification">What the store holds.</param>
internal sealed class DrillJudge(DrillOptions options, IReadOnlyList<DrillOperation> operations, DrillVerification verification)
{
    private readonly DrillOperation[] byStart = [.. operations.OrderBy(operation => operation.Start)];
    private readonly DrillOperation[] byEnd = [.. operations.OrderBy(operation => operation.End)];

    /// <summary>The rules.</summary>
    private string[] Rules =>
    [
        "Operations belong to a fault when they were under way while it lasted, or when it struck.",
        $"Survived: all of them ended well, and there was no pause longer than {DiagnosisText.Time(options.AcceptedPause)}. A pause is time without an operation that ends well although one is under way.",
        "Degraded: one failed, was in conflict or stayed unknown, a pause was longer, or of a key that they wrote it cannot be told what became: somebody else may have written it, also the script block by other means.",
        "Lost: a key that they wrote has an older ModifyIndex than the last write that was said to be written, which no other writer can explain.",
        "NotHit: nothing was under way. A drill in which something did not end well, although at another time, is Degraded all the same.",
    ];

    /// <summary>The report.</summary>
    public ConsulFaultDrillReport Report(DrillRecorder recorder, TimeSpan duration, string target, bool isOwnCluster, int runs, int failedRuns, IReadOnlyList<string> errors)
    {
        var windows = recorder.Faults;
        var faults = windows.Select(Fault).ToArray();
        var verdict = verification.Lost.Count > 0 ? ConsulFaultDrillVerdict.Lost : faults.Select(fault => fault.Verdict).DefaultIfEmpty(ConsulFaultDrillVerdict.NotHit).Max();
        if (verdict == ConsulFaultDrillVerdict.Survived && (failedRuns > 0 || verification.Unverified.Count > 0)) verdict = ConsulFaultDrillVerdict.Degraded;
        if (verdict == ConsulFaultDrillVerdict.NotHit && windows.Count > 0 && operations.Any(operation => !operation.IsGood)) verdict = ConsulFaultDrillVerdict.Degraded;
        var pause = PauseIn(TimeSpan.Zero, duration);
        return new ConsulFaultDrillReport
        {
            Verdict = verdict,
            Reason = verdict switch
            {
                ConsulFaultDrillVerdict.NotHit => NotHit(windows.Count, isOwnCluster),
                ConsulFaultDrillVerdict.Lost => $"{Amount.Of(verification.Lost.Count, "key")} of {Amount.Of(verification.Lost.Count + verification.Verified.Count, "key")} not as the outcomes said",
                ConsulFaultDrillVerdict.Degraded => Degraded(faults, runs, failedRuns),
                _ => $"the longest pause was {DiagnosisText.Time(pause)}; {Amount.Of(verification.Verified.Count, "key")} verified",
            },
            Target = target,
            IsOwnCluster = isOwnCluster,
            Seed = options.Seed,
            StartedAt = recorder.StartedAt,
            Duration = duration,
            Runs = runs,
            FailedRuns = failedRuns,
            Errors = errors.ToArray(),
            Injected = windows.Sum(window => window.Strikes.Count),
            Faults = faults,
            Outcomes = operations.GroupBy(operation => (IsWrite: operation.Write is not null, operation.Outcome, operation.Code)).OrderByDescending(group => group.Key.IsWrite).ThenBy(group => group.Key.Outcome).ThenBy(group => group.Key.Code, StringComparer.Ordinal)
                .Select(group => new ConsulFaultDrillOutcome
                {
                    Operation = group.Key.IsWrite ? "Write" : "Read", Outcome = group.Key.Outcome, Code = group.Key.Code, Count = group.Count(), Retries = group.Sum(one => one.Retries), Longest = group.Max(one => one.End - one.Start),
                }).ToArray(),
            Writes = operations.Count(operation => operation.Write is not null),
            Retries = operations.Sum(operation => operation.Retries),
            LongestPause = pause,
            Verified = verification.Verified.Count,
            Unverified = verification.Unverified.Select(Told).ToArray(),
            Lost = verification.Lost.Select(Told).ToArray(),
            Rules = Rules,
        };
    }

    private string NotHit(int faults, bool isOwnCluster) =>
        operations.Count == 0 ? "the script block read and wrote nothing through the drilled session"
        : faults > 0 ? "nothing was under way when faults struck"
        : isOwnCluster ? "no fault struck: give a longer -Duration or a shorter -Every" : "no fault struck: let it run longer, or at a higher -Rate";

    /// <summary>What was not well, how often, and where to look for it.</summary>
    private string Degraded(IReadOnlyList<ConsulFaultDrillFault> faults, int runs, int failedRuns)
    {
        var bad = operations.Where(operation => !operation.IsGood).ToArray();
        var codes = bad.GroupBy(operation => operation.Code ?? operation.Outcome.ToString()).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToArray();
        var slow = faults.Where(fault => fault.LongestPause > options.AcceptedPause).OrderByDescending(fault => fault.LongestPause).ToArray();
        var problems = new List<string>();
        if (bad.Length > 0)
            problems.Add($"{bad.Length:N0} of {Amount.Of(operations.Count, "operation")} did not end well ({string.Join(", ", codes.Take(3).Select(code => $"{code.Count():N0} {code.Key}"))}{(codes.Length > 3 ? $" and {codes.Length - 3} other codes" : "")}; see Outcomes)");
        if (slow.Length > 0)
            problems.Add($"a pause of {DiagnosisText.Time(slow[0].LongestPause)} under {slow[0].Kind} is longer than the accepted {DiagnosisText.Time(options.AcceptedPause)} (see Faults)");
        if (failedRuns > 0) problems.Add($"{failedRuns:N0} of {Amount.Of(runs, "run")} left an error (see Errors)");
        if (verification.Unverified.Count > 0) problems.Add($"of {Amount.Of(verification.Unverified.Count, "key")} it cannot be told what became (see Unverified)");
        return $"{string.Join("; ", problems)}; nothing was lost, {Amount.Of(verification.Verified.Count, "key")} verified";
    }

    private ConsulFaultDrillFault Fault(DrillWindow window)
    {
        var met = Met(window.Strikes);
        var (from, to) = (window.Strikes[0].From, window.Strikes.Max(strike => strike.To));
        var bad = met.Where(operation => !operation.IsGood).ToArray();
        var keys = met.Where(operation => operation.Write is not null).Select(operation => operation.Key).Distinct().ToArray();
        var lost = Array.FindAll(keys, verification.Lost.ContainsKey);
        var unsure = Array.FindAll(keys, verification.Unverified.ContainsKey);
        // The pause that a fault brings ends when things go well again, which may be after it.
        var pause = window.Target is null ? met.Select(operation => operation.End - operation.Start).DefaultIfEmpty().Max() : PauseIn(from, met.Length == 0 ? to : met.Max(operation => operation.End));
        var recovered = window.Target is null ? null : byStart.FirstOrDefault(operation => operation.Start >= from && operation.IsGood);
        var verdict = met.Length == 0 ? ConsulFaultDrillVerdict.NotHit
            : lost.Length > 0 ? ConsulFaultDrillVerdict.Lost
            : bad.Length > 0 || unsure.Length > 0 || pause > options.AcceptedPause ? ConsulFaultDrillVerdict.Degraded
            : ConsulFaultDrillVerdict.Survived;
        return new ConsulFaultDrillFault
        {
            Kind = window.Kind,
            Target = window.Target,
            StartedAfter = from,
            Duration = to - from,
            Count = window.Strikes.Count,
            Operations = met.Length,
            Succeeded = met.Length - bad.Length,
            Failed = bad.Count(operation => operation.Outcome != ConsulKvOutcome.Unknown),
            Unknown = bad.Count(operation => operation.Outcome == ConsulKvOutcome.Unknown),
            Codes = bad.Select(operation => operation.Code).OfType<string>().Distinct().OrderBy(code => code, StringComparer.Ordinal).ToArray(),
            Retries = met.Sum(operation => operation.Retries),
            LongestPause = pause,
            RecoveredAfter = recovered is null ? null : recovered.End - from,
            Verdict = verdict,
            Reason = verdict switch
            {
                ConsulFaultDrillVerdict.NotHit => "nothing was under way",
                ConsulFaultDrillVerdict.Lost => $"not as the outcomes said: {string.Join(", ", lost.Take(3).Select(key => Printable.Text(key, 120)))}",
                ConsulFaultDrillVerdict.Degraded => $"{(bad.Length == 0 ? "" : $"{bad.Length:N0} of {Amount.Of(met.Length, "operation")} did not end well, ")}{(unsure.Length == 0 ? "" : $"of {Amount.Of(unsure.Length, "key")} it cannot be told what became, ")}a pause of {DiagnosisText.Time(pause)}",
                _ => $"{Amount.Of(met.Length, "operation")} ended well, the longest pause was {DiagnosisText.Time(pause)}",
            },
        };
    }

    /// <summary>The operations that were under way at one of these strikes, which come in the order of their beginning.</summary>
    private DrillOperation[] Met(IReadOnlyList<(TimeSpan From, TimeSpan To)> strikes)
    {
        var begun = new TimeSpan[strikes.Count];
        var over = new TimeSpan[strikes.Count];
        for (var number = 0; number < strikes.Count; number++)
        {
            begun[number] = strikes[number].From;
            over[number] = number > 0 && over[number - 1] > strikes[number].To ? over[number - 1] : strikes[number].To;
        }
        // Of those that began before its end: whether one ended after its start.
        return [.. operations.Where(operation => CountUpTo(begun, operation.End) is var before and > 0 && over[before - 1] >= operation.Start)];
    }

    private static int CountUpTo(TimeSpan[] sorted, TimeSpan limit)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= limit) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>The longest time between two operations that ended well, or from the first that was begun after one, as far as it lies within this stretch.</summary>
    private TimeSpan PauseIn(TimeSpan from, TimeSpan to)
    {
        var longest = TimeSpan.Zero;
        var since = from;
        TimeSpan? begun = null;
        foreach (var operation in byEnd.SkipWhile(operation => operation.End < from))
        {
            var start = operation.Start < since ? since : operation.Start;
            if (begun is null || start < begun) begun = start;
            if (!operation.IsGood && operation.End <= to) continue;
            if (operation.End - begun.Value > longest) longest = operation.End - begun.Value;
            (since, begun) = (operation.End, null);
            if (operation.End > to) break;
        }
        // What never went well again, until the end.
        return begun is { } open && to - open > longest ? to - open : longest;
    }

    private static string Told(KeyValuePair<string, string> key) => $"{Printable.Text(key.Key, 200)}: {key.Value}";
}
