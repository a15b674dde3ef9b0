using System.Text;
using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Tests.Retries;

/// <summary>Every code says on purpose whether trying again can help, and that fits what it says about the write.</summary>
public sealed class RetryAdviceTests
{
    private static readonly ConsulRequest Put = new() { Method = "PUT", Path = "/v1/kv/k", Body = "v"u8.ToArray() };
    private static readonly ConsulRequest Txn = new() { Method = "PUT", Path = "/v1/txn", Body = "[]"u8.ToArray() };
    private static readonly ConsulRequest Get = ConsulRequest.Get("/v1/kv/k");
    private static readonly ConsulRequest SessionCreate = new() { Method = "PUT", Path = "/v1/session/create", Body = "{}"u8.ToArray() };

    /// <summary>Of what a request can meet: all that is ever tried again. What is not named here never is.</summary>
    private static readonly Dictionary<RetryAdvice, string[]> Deliberate = new()
    {
        [RetryAdvice.Now] = ["Cluster.ChunkingResubmit"],
        [RetryAdvice.AfterBackoff] =
        [
            "Agent.Leaving", "Cluster.EnqueueTimeout", "Cluster.LeaderNotTracked", "Cluster.LeadershipTransfer", "Cluster.NoLeader", "Cluster.NotLeaderRace", "Cluster.NotReadyConsistent",
            "Limit.HttpMaxConns", "Limit.RequestLimits", "Limit.RpcRateClient", "Lock.Delay", "Proxy.RateLimited", "Rpc.DialFailed", "Rpc.JoinRefused", "Rpc.NoServers",
            "Storage.DiskFull", "Storage.ReadOnlyFs", "Wan.RemoteDcUnavailable",
        ],
        [RetryAdvice.AfterAsking] =
        [
            "Cluster.LeadershipLostWhileCommitting", "Cluster.RaftShutdown", "Http.BodyMalformed", "Http.ServerError", "Http.UnexpectedStatus", "Proxy.GatewayError", "Rpc.DeadlineReached", "Rpc.StreamEof",
        ],
    };

    [Fact]
    public void No_row_leaves_effect_or_retry_to_a_default()
    {
        using var stream = typeof(FindingCatalogue).Assembly.GetManifestResourceStream("catalogue.json")!;
        using var rows = JsonDocument.Parse(stream);

        Assert.All(rows.RootElement.EnumerateArray(), row =>
        {
            Assert.True(row.TryGetProperty("effect", out _), row.GetProperty("code").GetString());
            Assert.True(row.TryGetProperty("retry", out _), row.GetProperty("code").GetString());
        });
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""[{"code":"A.B","severity":"Info","layer":"Http","title":"t","cause":"c","remedy":"r"}]""", CatalogueJson.Default.FindingDefinitionArray));
    }

    [Fact]
    public void A_class_fits_the_effect()
    {
        Assert.All(FindingCatalogue.All, row => Assert.True(row.Effect switch
        {
            WriteEffect.Ambiguous => row.Retry == RetryAdvice.AfterAsking,
            WriteEffect.NotApplied => row.Retry != RetryAdvice.AfterAsking,
            _ => row.Retry == RetryAdvice.Never,
        }, $"{row.Code} is {row.Effect} and {row.Retry}"));
        Assert.All(FindingCatalogue.All.Where(row => row.AwaitsLeader), row => Assert.NotEqual(RetryAdvice.Never, row.Retry));
    }

    [Fact]
    public void What_an_answer_can_mean_is_classed_on_purpose()
    {
        var given = ServerTexts.All.Select(text => text.Code).Concat(EveryAnswer().Select(one => one.Failure.Code)).Distinct().Order(StringComparer.Ordinal).ToArray();

        Assert.True(given.Length > 60, $"only {given.Length} codes");
        foreach (var (advice, codes) in Deliberate)
            Assert.Equal(codes.Order(StringComparer.Ordinal), given.Where(code => FindingCatalogue.Get(code).Retry == advice));
    }

    [Fact]
    public void No_answer_leaves_a_write_in_doubt_without_asking_nor_a_read_in_doubt_at_all()
    {
        Assert.All(EveryAnswer(), one =>
        {
            var (status, text, request, failure) = one;
            var what = $"{request.Method} {request.Path} {status} '{text}': {failure.Code} {failure.Effect} {failure.Retry}";
            Assert.True((failure.Effect == WriteEffect.Ambiguous) == (failure.Retry == RetryAdvice.AfterAsking), what);
            Assert.True(failure.Effect is WriteEffect.Ambiguous or WriteEffect.NotApplied, what);
            if (!request.IsWrite) Assert.True(failure.Effect == WriteEffect.NotApplied, what);
        });
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    public void A_refusal_of_the_request_itself_is_never_tried_again_whatever_its_words(int status)
    {
        foreach (var text in new[] { "", "nonsense", "<html>no</html>" })
            foreach (var request in new[] { Put, Txn, Get })
            {
                var failure = Classify(status, text, request);
                Assert.True((failure.Retry, failure.Effect) == (RetryAdvice.Never, WriteEffect.NotApplied), $"{request.Method} {request.Path} {status} '{text}': {failure.Code} {failure.Effect} {failure.Retry}");
            }
    }

    [Theory]
    [InlineData(429, "")]
    [InlineData(429, "slow down")]
    [InlineData(503, "")]
    [InlineData(503, "busy")]
    [InlineData(500, "No cluster leader")]
    public void A_server_that_is_busy_or_leaderless_is_tried_again(int status, string text) =>
        Assert.All([Put, Txn, Get], request => Assert.NotEqual(RetryAdvice.Never, Classify(status, text, request).Retry));

    [Fact]
    public void A_connection_that_broke_is_in_doubt_exactly_if_the_request_may_have_arrived()
    {
        using var session = LabSessions.Open("http://127.0.0.1:8500");
        foreach (var row in FindingCatalogue.All)
            foreach (var phase in Enum.GetValues<DialPhase>())
            {
                var broken = new ConsulTransportException(row.Code, phase, []);
                var (write, read) = (Classifier.Classify(broken, Put, session, "k"), Classifier.Classify(broken, Get, session, "k"));

                Assert.Equal(phase >= DialPhase.Send ? WriteEffect.Ambiguous : WriteEffect.NotApplied, write.Effect);
                Assert.Equal(write.Effect == WriteEffect.Ambiguous, write.Retry == RetryAdvice.AfterAsking);
                Assert.Equal(phase < DialPhase.Send, write.IsOutage);
                Assert.Equal(WriteEffect.NotApplied, read.Effect);
                Assert.NotEqual(RetryAdvice.AfterAsking, read.Retry);
            }
    }

    private static IEnumerable<(int Status, string Text, ConsulRequest Request, Failure Failure)> EveryAnswer()
    {
        var texts = ServerTexts.All.Where(row => row.Match == ServerTextMatch.Contains).Select(row => row.Text ?? "").Append("").Append("nonsense").Append("<html>").Distinct().ToArray();
        foreach (var request in new[] { Put, Txn, Get, SessionCreate })
            foreach (var status in Enumerable.Range(200, 400))
                foreach (var text in status is 400 or 403 or 404 or 409 or 413 or 429 or 500 or 502 or 503 ? texts : ["", "nonsense"])
                    yield return (status, text, request, Classify(status, text, request));
    }

    private static Failure Classify(int status, string text, ConsulRequest request)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (text.StartsWith('<')) headers["Content-Type"] = "text/html";
        return Classifier.Classify(new ConsulResponse(status, new Version(1, 1), headers, Encoding.UTF8.GetBytes(text), new RequestTimings(null, default, default)), request, null, "k");
    }
}
