using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.Http;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>
/// Clients take a key's lock, hold it for a moment and give it back. By the product's word there are never two holders. Each turn has a lock
/// session of its own, which ends with it: a late release of an earlier turn could otherwise give back a later one.
/// </summary>
internal sealed class LockWorkload(RunContext run, int clients, string node) : Workload(run)
{
    private readonly ConcurrentQueue<(string Key, Done Acquired, long Until)> turns = new();

    public override string Name => "lock";

    public override int Clients => clients;

    public override async Task RunAsync(int number, RunClient client)
    {
        while (!Run.IsOver)
        {
            if (await BeginSessionAsync(client) is not { } id) continue;
            var key = $"lock/{client.Random.Next(2)}";
            var write = new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.Acquire, LockSession = id, Value = Encoding.UTF8.GetBytes($"{client.Name} {id}") };
            for (var turn = 0; turn < 10 && !Run.IsOver; turn++)
            {
                var acquired = await Run.WriteAsync(Name, client, write);
                if (acquired.Result.Outcome == ConsulKvOutcome.Conflict)
                {
                    await Task.Delay(client.Random.Next(5, 40));
                    continue;
                }
                if (acquired.Result.Outcome != ConsulKvOutcome.Written) break;
                await Task.Delay(client.Random.Next(10));
                turns.Enqueue((key, acquired, Run.Clock.Now));
                await Run.WriteAsync(Name, client, write with { Kind = ConsulKvWriteKind.Release });
                break;
            }
            await EndSessionAsync(client, id);
        }
    }

    public override Task<IReadOnlyList<Violation>> CheckAsync(RunClient client)
    {
        var violations = new List<Violation>();
        foreach (var ofKey in turns.GroupBy(turn => turn.Key))
        {
            var inOrder = ofKey.OrderBy(turn => turn.Acquired.End).ToList();
            for (var at = 1; at < inOrder.Count; at++)
            {
                var (one, other) = (inOrder[at - 1], inOrder[at]);
                if (other.Acquired.End < one.Until)
                    violations.Add(Violated(ofKey.Key, $"{other.Acquired.Who} got the lock while {one.Acquired.Who} held it until {RunLog.Time(one.Until)} s.", [Line(one.Acquired), Line(other.Acquired)], one.Acquired.Begin, one.Until));
            }
        }
        return Task.FromResult<IReadOnlyList<Violation>>(violations);
    }

    /// <summary>
    /// A lock session that no health check ends: only its client does. It belongs to a server's node, since a client agent that is ended in good
    /// order leaves the cluster, and its node's lock sessions end with it.
    /// </summary>
    private async Task<string?> BeginSessionAsync(RunClient client)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { Node = node, LockDelay = "0s", Behavior = "release", Checks = Array.Empty<string>(), NodeChecks = Array.Empty<string>() });
        var answer = await SendAsync(client, new ConsulRequest { Method = "PUT", Path = "/v1/session/create", Body = body });
        return answer is null ? null : JsonDocument.Parse(answer).RootElement.GetProperty("ID").GetString();
    }

    private static Task EndSessionAsync(RunClient client, string id) =>
        SendAsync(client, new ConsulRequest { Method = "PUT", Path = $"/v1/session/destroy/{id}" });

    private static async Task<byte[]?> SendAsync(RunClient client, ConsulRequest request)
    {
        try
        {
            return (await Queries.SendAsync(client.Session, request, response => response.Status == 200, null, CancellationToken.None)).Body;
        }
        catch (ConsulException)
        {
            // The session stays behind, which ends nobody's turn.
            return null;
        }
    }
}
