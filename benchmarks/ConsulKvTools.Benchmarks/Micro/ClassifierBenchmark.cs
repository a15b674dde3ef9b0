using System.Text;
using BenchmarkDotNet.Attributes;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Errors;
using ConsulKvTools.Http;

namespace ConsulKvTools.Benchmarks.Micro;

/// <summary>From an answer, or from a line of any client, to the code.</summary>
[MemoryDiagnoser]
public class ClassifierBenchmark
{
    private static readonly ConsulRequest Put = new() { Method = "PUT", Path = "/v1/kv/app/x", Body = new byte[1] };
    private readonly ConsulResponse denied = Response(403, "Permission denied");
    private readonly ConsulResponse leaderless = Response(500, "No cluster leader");

    [Benchmark(Description = "403 Permission denied")]
    public string Denied() => Code(denied, "Acl.PermissionDenied");

    [Benchmark(Description = "500 No cluster leader")]
    public string Leaderless() => Code(leaderless, "Cluster.NoLeader");

    [Benchmark(Description = "a client's error line")]
    public int ErrorLine() => ErrorText.Resolve("Error! Failed writing data: Unexpected response code: 500 (No cluster leader)").Count;

    [Benchmark(Description = "an ordinary log line")]
    public int OrdinaryLine() => ErrorText.Resolve("2026-01-31T08:05:00.000Z [INFO]  agent.server.serf.lan: serf: EventMemberJoin: server-2 10.0.0.2").Count;

    private string Code(ConsulResponse response, string expected)
    {
        var code = Classifier.Classify(response, Put, null, "app/x").Code;
        return code == expected ? code : throw new InvalidOperationException($"{code} instead of {expected}.");
    }

    private static ConsulResponse Response(int status, string body) =>
        new(status, new Version(1, 1), new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), Encoding.UTF8.GetBytes(body), new RequestTimings(null, default, default));
}
