using ConsulKvTools.FaultRun.Checking;
using ConsulKvTools.FaultRun.Running;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>Something that clients do all through the run, and what must be true of it in the end.</summary>
internal abstract class Workload(RunContext run)
{
    /// <summary>Its name, also the folder of its keys.</summary>
    public abstract string Name { get; }

    /// <summary>How many clients it takes.</summary>
    public abstract int Clients { get; }

    /// <summary>The run.</summary>
    protected RunContext Run { get; } = run;

    /// <summary>What one client does until <see cref="RunContext.IsOver"/>.</summary>
    /// <param name="number">Which of its clients, from 0.</param>
    /// <param name="client">The client.</param>
    public abstract Task RunAsync(int number, RunClient client);

    /// <summary>Checks everything, after the last operation and a quiet period in which late attempts land.</summary>
    /// <param name="client">A client whose agent is well.</param>
    public abstract Task<IReadOnlyList<Violation>> CheckAsync(RunClient client);

    /// <summary>The history of one key as a violation, where no order explains it; null when one does.</summary>
    protected Violation? Unexplained(string key, IReadOnlyList<Step> steps)
    {
        var result = Linearizability.Check(steps);
        if (result.Impossible is not { } impossible) return null;
        return Violated(key, $"No order of these steps explains \"{impossible}\".",
            [$"before: {result.Before}", .. result.History.Select(Line)],
            result.History.Min(step => step.Begin), impossible.End);
    }

    /// <summary>A violation with the run's log around it.</summary>
    protected Violation Violated(string key, string what, IReadOnlyList<string> history, long from, long to) =>
        new() { Workload = Name, Key = key, What = what, History = history, Log = Run.Log.Around(from, to) };

    /// <summary>A write and what was said about it, as a line of a history.</summary>
    protected static string Line(Done done) =>
        $"{RunLog.Time(done.Begin)}–{RunLog.Time(done.End)} s  {done.Who} {done.Write.Kind} '{System.Text.Encoding.UTF8.GetString(done.Write.Value)}' → {done.Result.Outcome} {done.Result.Code}"
        + $" [{string.Join("; ", done.Result.Attempts.Select(attempt => $"{attempt.Action} {attempt.Effect} {attempt.Code}".TrimEnd()))}]";

    private static string Line(Step step) =>
        $"{RunLog.Time(step.Begin)}–{(step.MustHappen ? RunLog.Time(step.End) : "…")} s  {step}";
}
