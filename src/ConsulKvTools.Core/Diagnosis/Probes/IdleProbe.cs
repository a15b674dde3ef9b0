using System.Diagnostics;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>
/// Whether a connection survives so many seconds of silence: one exchange, exactly that silence with TCP keep-alive off, a second exchange
/// on the same connection. A control connection beside it keeps talking, so that an agent that went away is not taken for a box that
/// forgets. Says something about the tested time only, and carries no token.
/// </summary>
internal sealed class IdleProbe : ILongProbe
{
    /// <summary>The probe's name, by which its result is found.</summary>
    public const string ProbeName = "Idle";

    // A box that forgot the flow never answers; a slow agent does within this time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Name => ProbeName;

    public ConsulLayer Layer => ConsulLayer.Http;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public TimeSpan ExtraTime(DiagnosisRequest request) => request.IdleTime ?? TimeSpan.Zero;

    public string Doing(ProbeContext context) => $"keeping a connection silent for {context.Request.IdleTime?.TotalSeconds:0} s";

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var silence = context.Request.IdleTime ?? throw new InvalidOperationException("No silence was asked for.");
        var clock = Stopwatch.StartNew();
        TimeSpan? often = null;
        while (true)
        {
            var (result, undecided) = await TryAsync(context, silence, often, cancellation).ConfigureAwait(false);
            // Once more, with a control that is silent for much less than what ended these, while the time that was granted lasts.
            if (undecided is not { } ended || clock.Elapsed + ended + ended > silence) return result;
            often = Shorter(ended, often);
        }
    }

    private static TimeSpan Shorter(TimeSpan ended, TimeSpan? often) =>
        TimeSpan.FromMilliseconds(Math.Max(20, Math.Min(ended.TotalMilliseconds / 5, (often?.TotalMilliseconds ?? double.MaxValue) / 2)));

    /// <summary>One silence; beside the result, after how long the connections ended where that does not tell why.</summary>
    private static async Task<(ProbeResult Result, TimeSpan? Undecided)> TryAsync(
        ProbeContext context, TimeSpan silence, TimeSpan? often, CancellationToken cancellation)
    {
        var target = context.Session.Target with { ConnectTimeout = Left(context, context.Session.Target.ConnectTimeout) };
        IdleConnection tested;
        try
        {
            tested = await IdleConnection.OpenAsync(target, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException failure)
        {
            return (ProbeResults.Skipped($"not looked at: {failure.ToFinding().Title}"), null);
        }
        using (tested)
        {
            var first = await tested.AskAsync(Left(context, Patience), cancellation).ConfigureAwait(false);
            if (first.Frame is null) return (ProbeResults.Skipped($"not looked at: a new connection got no answer ({first.Ending})"), null);
            if (!first.Frame.StaysOpen)
                return (ProbeResults.From("every answer ends its connection: none is ever idle",
                    [ConsulFinding.Create("Http.KeepAliveOff", DialEvidence.Of(target.Endpoint, null, ("answer", Printable.Text(first.Frame.Line, 80))))]), null);
            using var control = await IdleControl.BeginAsync(target, Patience, often, cancellation).ConfigureAwait(false);
            if (control.Problem is { } problem) return (ProbeResults.Skipped($"not looked at: {problem}"), null);
            return await WatchAsync(context, tested, control, silence, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<(ProbeResult Result, TimeSpan? Undecided)> WatchAsync(
        ProbeContext context, IdleConnection tested, IdleControl control, TimeSpan silence, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var talking = control.RunAsync(clock, stop.Token);
        var heard = await tested.ListenAsync(silence, cancellation).ConfigureAwait(false);
        var age = tested.Age;
        var used = heard.Ending == Ending.Silence ? await tested.AskAsync(Left(context, Patience), cancellation).ConfigureAwait(false) : null;
        var broken = used is not { IsAnswer: true };
        // The last word is the control's: it must have outlived the silent one.
        if (broken && control.Problem is null) await control.OutliveAsync(age, Left(context, Patience), clock, cancellation).ConfigureAwait(false);
        stop.Cancel();
        await talking.ConfigureAwait(false);

        (string, object?)[] facts = [("IdleTime", silence), ("IdleBrokenAfter", broken ? (used is null ? heard.Elapsed : silence) : null), ("IdleControlAnswers", control.Answers)];
        if (!broken) return (ProbeResults.From($"a connection survives {silence.TotalSeconds:0} s of silence", [], facts), null);
        // A control that was silent for nearly as long as the other says nothing about what ended both.
        if (control is { Problem: null, LostAfter: not null } && control.SilentWhenLost + control.SilentWhenLost > heard.Elapsed)
            return (ProbeResults.Skipped($"not decided: connections end after about {heard.Elapsed.TotalSeconds:0.0#} s, and this machine was too busy to tell whether silence ends them or age"), heard.Elapsed);
        var finding = Explain(context, control, silence, heard, used);
        return (ProbeResults.From(finding.Title, [finding], facts), null);
    }

    private static ConsulFinding Explain(ProbeContext context, IdleControl control, TimeSpan silence, IdleAnswer heard, IdleAnswer? used)
    {
        var seen = Math.Round(heard.Elapsed.TotalSeconds, 1);
        var key = context.Request.Key is { } wanted ? Printable.Text(wanted) : null;
        ConsulFinding Create(string code, params (string Name, object? Value)[] evidence) => ConsulFinding.Create(code, DialEvidence.Of(context.Session.Target.Endpoint, null,
            [.. evidence, ("tested", $"{silence.TotalSeconds:0} s"), ("control", ControlText(control)), ("key", key)]));

        if (control.Problem is { } problem) return Create("Http.AgentWentAway", ("problem", problem), ("seconds", Math.Round((control.LostAfter ?? heard.Elapsed).TotalSeconds, 1)));
        if (control.LostAfter is { } lost) return Create("Http.ConnectionsCut", ("seconds", Math.Round(lost.TotalSeconds, 1)), ("text", $"the silent one ended after {seen} s"));
        if (used is null)
            return Create("Http.IdleClosed", ("seconds", seen), ("problem", heard.Ending == Ending.Reset ? "reset (RST)" : "closed in order (FIN)"), ("answer", heard.Frame is null ? null : Printable.Text(heard.Frame.Line, 80)));
        return used.Ending == Ending.Silence
            ? Create("Tcp.IdleConnectionDropped", ("seconds", Math.Round(silence.TotalSeconds)), ("text", $"no answer on the silent connection for {used.Elapsed.TotalSeconds:0.#} s"))
            : Create("Tcp.IdleConnectionReset", ("seconds", Math.Round(silence.TotalSeconds)), ("problem", used.Ending == Ending.Reset ? "reset (RST) when used" : "closed (FIN) when used"));
    }

    private static string ControlText(IdleControl control) =>
        $"a connection that was not silent got {control.Answers} answers" + (control.LostAfter is { } lost ? $", then ended after {lost.TotalSeconds:0.#} s" : "");

    /// <summary>This much, or what is left of the deadline, which for this probe is later by the silence.</summary>
    private static TimeSpan Left(ProbeContext context, TimeSpan longest)
    {
        var left = context.Request.Timeout + (context.Request.IdleTime ?? TimeSpan.Zero) - context.Elapsed - TimeSpan.FromMilliseconds(200);
        if (left < TimeSpan.FromMilliseconds(100)) left = TimeSpan.FromMilliseconds(100);
        return left < longest ? left : longest;
    }
}
