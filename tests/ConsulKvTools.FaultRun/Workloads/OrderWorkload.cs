using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ConsulKvTools.FaultRun.Checking;
using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>
/// One client writes rising numbers to a few keys through a pipeline, many of them in flight at once; another reads. The numbers of a key never
/// go back, and the last one written stays. Only a late attempt of a plain put may bring an old number back; for fenced puts nothing may.
/// </summary>
internal sealed class OrderWorkload(RunContext run, int pairs) : Workload(run)
{
    private const int Keys = 4;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Done>> writes = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Step>> reads = new();
    private readonly ConcurrentQueue<Violation> early = new();

    public override string Name => "order";

    public override int Clients => pairs * 2;

    public override async Task RunAsync(int number, RunClient client)
    {
        if (number % 2 == 0) await WriteAsync(number / 2, client);
        else await ReadAsync(number / 2, client);
    }

    public override async Task<IReadOnlyList<Violation>> CheckAsync(RunClient client)
    {
        foreach (var key in writes.Keys)
        {
            if (await Run.ReadAsync(Name, client, key) is { } last) Reads(key).Enqueue(last.Step);
            else early.Enqueue(Violated(key, "The key could not be read in the end.", [], Run.Clock.Now, Run.Clock.Now));
        }
        return [.. early, .. writes.Select(pair => Check(pair.Key, [.. pair.Value], [.. Reads(pair.Key)])).OfType<Violation>()];
    }

    private ConcurrentQueue<Step> Reads(string key) => reads.GetOrAdd(key, _ => new());

    /// <summary>Even keys are written fenced.</summary>
    private static string KeyOf(int pair, int place) => $"order/{pair}/{place}";

    private async Task WriteAsync(int pair, RunClient client)
    {
        for (var count = 0; !Run.IsOver;)
        {
            using var pipeline = new KvWritePipeline(client.Session, 8, CancellationToken.None);
            var waiting = new Queue<(ConsulKvWrite Write, long Begin, ulong Floor)>();
            for (var until = count + client.Random.Next(20, 100); count < until && !Run.IsOver;)
            {
                var place = client.Random.Next(Keys);
                var write = new ConsulKvWrite { Key = KeyOf(pair, place), Value = Encoding.UTF8.GetBytes((++count).ToString(CultureInfo.InvariantCulture)), Fenced = place % 2 == 0 };
                waiting.Enqueue((write, Run.Clock.Now, Run.Floor));
                foreach (var result in await pipeline.SubmitAsync(write)) Take(result);
            }
            while (await pipeline.NextAsync() is { } result) Take(result);

            void Take(ConsulKvWriteResult result)
            {
                var (write, begin, floor) = waiting.Dequeue();
                var done = Run.Note(Name, new Done(client.Name, write, result, begin, Run.Clock.Now, floor));
                writes.GetOrAdd(write.Key, _ => new()).Enqueue(done);
                if (result.Key != write.Key) early.Enqueue(Violated(write.Key, $"its place among the results holds {result.Key}.", [Line(done)], begin, done.End));
            }
        }
    }

    private async Task ReadAsync(int pair, RunClient client)
    {
        while (!Run.IsOver)
        {
            var key = KeyOf(pair, client.Random.Next(Keys));
            if (await Run.ReadAsync(Name, client, key) is { } read) Reads(key).Enqueue(read.Step);
            await Task.Delay(client.Random.Next(10));
        }
    }

    private Violation? Check(string key, List<Done> done, List<Step> seen)
    {
        var byNumber = done.ToDictionary(one => Number(Encoding.UTF8.GetString(one.Write.Value)));
        var mayComeBack = done.Where(one => WriteSteps.Of(one).Any(step => step is { MustHappen: false, Kind: StepKind.Put })).Select(one => Number(Encoding.UTF8.GetString(one.Write.Value))).ToHashSet();
        var written = new Queue<Done>(done.Where(one => one.Result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged).OrderBy(one => one.End));
        var (newest, by) = (0, "nothing");
        foreach (var read in seen.OrderBy(step => step.Begin))
        {
            while (written.TryPeek(out var next) && next.End < read.Begin)
            {
                var number = Number(Encoding.UTF8.GetString(written.Dequeue().Write.Value));
                if (number > newest) (newest, by) = (number, Line(next));
            }
            var value = Number(read.Value);
            if (value != 0 && !byNumber.ContainsKey(value)) return Violated(key, $"{value} was read, which nobody wrote.", [read.ToString()], read.Begin, read.End);
            var of = byNumber.GetValueOrDefault(value);
            if (of is { Result.Outcome: ConsulKvOutcome.Failed or ConsulKvOutcome.Conflict or ConsulKvOutcome.Denied })
                return Violated(key, $"{value} was read, although it is {of.Result.Outcome}.", [Line(of), read.ToString()], of.Begin, read.End);
            if (value < newest && !mayComeBack.Contains(value))
            {
                string[] history = of is null ? [by, read.ToString()] : [Line(of), by, $"{RunLog.Time(read.Begin)}–{RunLog.Time(read.End)} s  {read}"];
                return Violated(key, $"{value} was read after {newest}.", history, of?.Begin ?? read.Begin, read.End);
            }
            if (value > newest) (newest, by) = (value, read.ToString());
        }
        return null;
    }

    private static int Number(string? text) => text is null ? 0 : int.Parse(text, CultureInfo.InvariantCulture);
}
