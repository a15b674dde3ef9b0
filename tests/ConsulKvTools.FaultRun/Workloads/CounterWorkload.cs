using System.Globalization;
using System.Text;
using ConsulKvTools.FaultRun.Checking;
using ConsulKvTools.FaultRun.Running;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>
/// Clients count by reading and check-and-set. In the end the counter has exactly the increments that were acknowledged; those that are
/// unknown may be in it or not. With an operation marker none may be unknown while there is time to ask.
/// </summary>
internal sealed class CounterWorkload(RunContext run, bool marked, int clients) : Workload(run)
{
    private readonly SharedKey counter = new(marked ? "counter/marked" : "counter/plain");
    private int written;
    private int unknown;
    private int decidable;

    public override string Name => marked ? "counter with marker" : "counter";

    public override int Clients => clients;

    public override async Task RunAsync(int number, RunClient client)
    {
        while (!Run.IsOver)
        {
            if (await Run.ReadAsync(Name, client, counter.Name) is not { } read) continue;
            counter.Add([read.Step]);
            var next = (int.Parse(read.Result.Entry?.Value ?? "0", CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
            var done = await Run.WriteAsync(Name, client, new ConsulKvWrite
            {
                Key = counter.Name,
                Value = Encoding.UTF8.GetBytes(next),
                Kind = read.Result.Entry is null ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet,
                Index = read.Result.Entry?.ModifyIndex ?? 0,
                OperationPrefix = marked ? "operations/" : null,
            });
            counter.Add(WriteSteps.Of(done));
            if (done.Result.Outcome == ConsulKvOutcome.Written) Interlocked.Increment(ref written);
            if (done.Result.Outcome == ConsulKvOutcome.Unknown)
            {
                Interlocked.Increment(ref unknown);
                // Who had time left could have asked on.
                if (done.Result.Duration < client.Session.RetryPolicy.TotalTimeout - TimeSpan.FromSeconds(5)) Interlocked.Increment(ref decidable);
            }
            // A counter is what clients fight over; a pause lets each win. It is about as long as a retry takes: then two often write the same number.
            await Task.Delay(client.Random.Next(20));
        }
    }

    public override async Task<IReadOnlyList<Violation>> CheckAsync(RunClient client)
    {
        var violations = new List<Violation>();
        if (await Run.ReadAsync(Name, client, counter.Name) is not { } last) return [Violated(counter.Name, "The counter could not be read in the end.", [], Run.Clock.Now, Run.Clock.Now)];
        counter.Add([last.Step]);
        var final = int.Parse(last.Result.Entry?.Value ?? "0", CultureInfo.InvariantCulture);
        if (final < written || final > written + unknown)
            violations.Add(Violated(counter.Name, $"The counter is {final}; {written} increments were acknowledged and {unknown} are unknown.", [], Run.Clock.Now, Run.Clock.Now));
        if (marked && decidable > 0)
            violations.Add(Violated(counter.Name, $"{decidable} increments with an operation marker are unknown although there was time left to ask.", [], Run.Clock.Now, Run.Clock.Now));
        if (Unexplained(counter.Name, [.. counter.Steps]) is { } unexplained) violations.Add(unexplained);
        return violations;
    }
}
