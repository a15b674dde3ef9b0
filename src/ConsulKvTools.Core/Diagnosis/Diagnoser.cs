using System.Collections.Specialized;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis;

/// <summary>Runs the probes, as many at a time as their needs allow, and names the root cause.</summary>
internal static class Diagnoser
{
    /// <summary>Diagnoses a session with every probe.</summary>
    /// <param name="session">The session, usable or not.</param>
    /// <param name="request">What is to be written.</param>
    /// <param name="progress">Told of each probe as it begins and ends, and each second of what is under way; null tells nobody.</param>
    /// <param name="cancellation">Stops the diagnosis.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public static Task<ConsulDiagnosis> RunAsync(
        ConsulKvSession session, DiagnosisRequest request, IProgress<DiagnosisProgress>? progress, CancellationToken cancellation) =>
        RunAsync(session, request, ProbeList.For(request), progress, cancellation);

    /// <summary>Diagnoses a session with the given probes.</summary>
    public static async Task<ConsulDiagnosis> RunAsync(
        ConsulKvSession session, DiagnosisRequest request, IReadOnlyList<IProbe> probes, IProgress<DiagnosisProgress>? progress, CancellationToken cancellation)
    {
        if (request.Timeout <= TimeSpan.Zero || request.Timeout > TimeSpan.FromDays(1))
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Timeout"), ("problem", $"{request.Timeout} is not above zero and at most one day")));
        if (request.IdleTime is { } idle && (idle < TimeSpan.FromSeconds(1) || idle > TimeSpan.FromDays(1)))
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-IdleSeconds"), ("problem", $"{idle} is not from one second to one day")));
        var startedAt = session.Time.GetUtcNow();
        var context = new ProbeContext(session, request, session.Time);
        using var stop = Deadline.In(request.Timeout, cancellation);
        var watch = new DiagnosisWatch(progress, context, probes.Count);
        var running = new Dictionary<IProbe, Task<ProbeResult>>();
        // In layer order, so that a probe finds the tasks of everything below it.
        foreach (var probe in probes.OrderBy(probe => probe.Needs ?? ConsulLayer.Configuration).ThenBy(probe => probe.Layer))
            running.Add(probe, RunAsync(probe, context, Below(probe, running), watch, stop.Token, cancellation));
        var all = Task.WhenAll(probes.OrderBy(probe => probe.Layer).Select(probe => running[probe]));
        await watch.UntilAsync(all).ConfigureAwait(false);
        var results = await all.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();

        results = Array.ConvertAll(results, result => request.Suppressions.Mark(result, session.Address, request.Key));
        var findings = RootCause.Order(results.SelectMany(result => result.Findings).ToArray());
        var root = findings.Count > 0 && findings[0] is { IsSuppressed: false, Severity: > FindingSeverity.Info } first ? first : null;
        return new ConsulDiagnosis
        {
            Target = session.Address,
            Key = request.Key,
            Verdict = VerdictOf(root, results),
            RootCause = root,
            Findings = findings,
            Probes = results,
            Facts = FactsOf(results),
            StartedAt = startedAt,
            Duration = context.Elapsed,
            Configuration = session.Configuration,
            Secrets = session.SecretPrints,
        };
    }

    private static DiagnosisVerdict VerdictOf(ConsulFinding? root, ProbeResult[] results) => root?.Severity switch
    {
        FindingSeverity.Error => DiagnosisVerdict.Faulty,
        FindingSeverity.Warning => DiagnosisVerdict.Degraded,
        // A probe that broke or ran out of time leaves something unproven: that is not health.
        _ => Array.Exists(results, result => result.Status == ProbeStatus.Error && (result.Findings.Count == 0 || result.Findings.Any(finding => !finding.IsSuppressed))) ? DiagnosisVerdict.Degraded : DiagnosisVerdict.Healthy,
    };

    // What the machine lacks may explain a failure but never stands in the way of looking further, so nobody waits for it.
    private static Task<ProbeResult>[] Below(IProbe probe, Dictionary<IProbe, Task<ProbeResult>> running) =>
        probe.Needs is { } needed ? running.Where(other => other.Key.Layer <= needed && other.Key is not ILongProbe && other.Key.Layer != ConsulLayer.Host).Select(other => other.Value).ToArray() : [];

    private static async Task<ProbeResult> RunAsync(
        IProbe probe, ProbeContext context, Task<ProbeResult>[] below, DiagnosisWatch watch, CancellationToken stop, CancellationToken cancellation)
    {
        using var later = probe is ILongProbe slow ? Deadline.In(context.Request.Timeout + slow.ExtraTime(context.Request), cancellation) : null;
        var result = await RunOrSkipAsync(probe, context, below, watch, later?.Token ?? stop, cancellation).ConfigureAwait(false);
        watch.Ended(probe, result);
        return result;
    }

    private static async Task<ProbeResult> RunOrSkipAsync(
        IProbe probe, ProbeContext context, Task<ProbeResult>[] below, DiagnosisWatch watch, CancellationToken stop, CancellationToken caller)
    {
        var lower = await Task.WhenAll(below).ConfigureAwait(false);
        var startedAfter = context.Elapsed;
        ProbeResult Finish(ProbeResult result) => result with
        {
            Probe = probe.Name,
            Layer = probe.Layer,
            StartedAfter = startedAfter,
            Duration = result.Status == ProbeStatus.Skipped ? TimeSpan.Zero : context.Elapsed - startedAfter,
            Findings = result.Findings.Select(finding => finding with { Probe = probe.Name }).ToArray(),
        };

        // A connection that was given up looks like one that timed out: what a probe says after that is worth nothing.
        ProbeResult Uncancelled(ProbeResult result) => caller.IsCancellationRequested ? Stopped(context, caller) : result;

        if (Array.Find(lower, result => result is { Status: ProbeStatus.Failed, Blocks: true }) is { } blocker)
            return Finish(ProbeResults.Skipped($"not reached: {blocker.Probe} failed ({blocker.Findings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error)?.Code ?? "no code"})"));
        watch.Begins(probe);
        try
        {
            var work = Task.Run(() => probe.RunAsync(context, stop), CancellationToken.None);
            var inTime = Task.Delay(Timeout.InfiniteTimeSpan, stop);
            if (await Task.WhenAny(work, inTime).ConfigureAwait(false) == work || work.IsCompleted)
                return Finish(Uncancelled(await work.ConfigureAwait(false)));
            // A probe should notice by itself that time is up; one that does not must not hold up the rest.
            if (await Task.WhenAny(work, Task.Delay(200, CancellationToken.None)).ConfigureAwait(false) == work)
                return Finish(Uncancelled(await work.ConfigureAwait(false)));
            return Finish(Stopped(context, caller));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Finish(Stopped(context, caller));
        }
        catch (ConsulTransportException broken)
        {
            return Finish(Uncancelled(ProbeResults.From(broken.Message, [broken.ToFinding()])));
        }
        catch (Exception crash)
        {
            return Finish(new ProbeResult
            {
                Probe = "", Layer = default, Status = ProbeStatus.Error, Summary = $"the probe itself broke: {crash.GetType().Name}",
                Findings = [ConsulFinding.Create("Probe.Crashed", ("source", probe.Name), ("problem", Printable.Text($"{crash.GetType().Name}: {crash.Message}", 300)), ("text", Printable.Text(crash.StackTrace, 600)))],
            });
        }
    }

    /// <summary>Not done: the caller gave up, or the time was up.</summary>
    private static ProbeResult Stopped(ProbeContext context, CancellationToken caller) => caller.IsCancellationRequested
        ? new()
        {
            Probe = "", Layer = default, Status = ProbeStatus.Error, Summary = "cancelled before it was done",
            Findings = [ConsulFinding.Create("Probe.Cancelled", ("key", context.Request.Key is { } key ? Printable.Text(key) : null))],
        }
        : new()
        {
            Probe = "", Layer = default, Status = ProbeStatus.Error, Summary = $"not done within {context.Request.Timeout.TotalSeconds:0.#} s",
            Findings = [ConsulFinding.Create("Probe.DeadlineReached", ("seconds", context.Request.Timeout.TotalSeconds))],
        };

    private static OrderedDictionary FactsOf(ProbeResult[] results)
    {
        var facts = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var result in results)
            foreach (System.Collections.DictionaryEntry fact in result.Facts)
                if (!facts.Contains(fact.Key)) facts.Add(fact.Key, fact.Value);
        return facts.AsReadOnly();
    }
}
