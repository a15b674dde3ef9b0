using System.Collections.Concurrent;
using System.Diagnostics;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>A write can be followed: by its id through a proxy's log, by its trace through whatever collects spans.</summary>
[Collection(AclAgentTests.Name)]
public sealed class TraceTests(AclAgentFixture lab)
{
    private readonly string root = "trace/" + Guid.NewGuid().ToString("N")[..8] + "/";
    private readonly string name = "trace-" + Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_proxy_s_log_has_the_id_of_each_request_of_a_write()
    {
        using var proxy = new NginxAccessLog(lab.Agent.HttpAddress!);
        using var session = Open(proxy.Address);
        var put = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1], Fenced = true }, Stop);
        using var pipeline = new KvWritePipeline(session, 2, Stop);
        for (var number = 0; number < 3; number++) pipeline.Add(new ConsulKvWrite { Key = root + number, Value = [1] });
        var bulk = (await pipeline.NextAsync())!;

        Assert.Equal(
            [$"GET /v1/kv/{root}a 404 {put.OperationId} -", $"PUT /v1/kv/{root}a 200 {put.OperationId} -", $"PUT /v1/txn 200 {bulk.TransactionId} -"], proxy.Lines);
        Assert.NotEqual(bulk.OperationId, bulk.TransactionId);
        Assert.All(put.Attempts, attempt => Assert.Equal(put.OperationId, attempt.RequestId));
    }

    [Fact]
    public async Task Every_attempt_of_a_write_goes_out_with_its_id()
    {
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/", ScriptedResponse.Text("rate limit exceeded, try again later", 503), ScriptedResponse.Text("rate limit exceeded, try again later", 503), ScriptedResponse.Text("true"));
        using var session = Open(server.Address.ToString().TrimEnd('/'));
        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);

        Assert.Equal(3, result.Attempts.Count);
        Assert.Equal(Enumerable.Repeat(result.OperationId.ToString(), 3), server.Requests.Select(request => request.Header("X-Request-Id")));
    }

    [Fact]
    public async Task A_write_is_a_span_with_a_child_for_each_request_and_no_key()
    {
        using var listening = new Spans(name);
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/", ScriptedResponse.Text("rate limit exceeded, try again later", 503), ScriptedResponse.Text("true"));
        using var session = Open(server.Address.ToString().TrimEnd('/'));
        using var outer = new Activity("outer").SetIdFormat(ActivityIdFormat.W3C).Start();
        outer.TraceStateString = "vendor=1";
        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "secret-name", Value = [1] }, Stop);

        Assert.Same(outer, Activity.Current);
        var spans = listening.OfThisTest();
        var write = Assert.Single(spans, span => span.OperationName == "consulkv Put");
        var requests = spans.Where(span => span.OperationName == "PUT /v1/kv/{key}").ToArray();
        Assert.Equal(2, requests.Length);
        Assert.Equal((outer.SpanId, ActivityKind.Client), (write.ParentSpanId, write.Kind));
        Assert.All(requests, request => Assert.Equal((write.SpanId, outer.TraceId), (request.ParentSpanId, request.TraceId)));
        Assert.Equal(("consul", "Put", "Written", result.OperationId.ToString()), (write.GetTagItem("db.system.name"), write.GetTagItem("db.operation.name"), write.GetTagItem("consulkv.outcome"), write.GetTagItem("consulkv.operation_id")));
        Assert.Equal([(503, ActivityStatusCode.Error), (200, ActivityStatusCode.Unset)], requests.Select(request => ((int)request.GetTagItem("http.response.status_code")!, request.Status)));
        Assert.Equal(requests.Select(request => request.Id), server.Requests.Select(request => request.Header("traceparent")));
        Assert.All(server.Requests, request => Assert.Equal("vendor=1", request.Header("tracestate")));
        Assert.All(spans, span => Assert.All([span.DisplayName, .. span.TagObjects.Select(tag => $"{tag.Value}")], text => Assert.DoesNotContain("secret-name", text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_transaction_is_a_span_of_its_own_that_its_writes_name()
    {
        using var listening = new Spans(name);
        using var session = Open();
        using var pipeline = new KvWritePipeline(session, 2, Stop);
        for (var number = 0; number < 3; number++) pipeline.Add(new ConsulKvWrite { Key = root + number, Value = [1] });
        while (await pipeline.NextAsync() is not null) { }
        var spans = listening.OfThisTest();

        var transaction = Assert.Single(spans, span => span.OperationName == "consulkv Transaction");
        Assert.Equal(3, transaction.GetTagItem("db.operation.batch.size"));
        Assert.Equal(transaction.SpanId, Assert.Single(spans, span => span.OperationName == "PUT /v1/txn").ParentSpanId);
        var writes = spans.Where(span => span.OperationName == "consulkv Put").ToArray();
        Assert.Equal(3, writes.Length);
        Assert.All(writes, write => Assert.Equal(transaction.GetTagItem("consulkv.operation_id"), write.GetTagItem("consulkv.transaction_id")));
    }

    [Fact]
    public async Task A_failed_write_and_a_failed_read_are_spans_with_their_code()
    {
        using var listening = new Spans(name);
        using var session = Open("http://127.0.0.1:1");
        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);
        await Assert.ThrowsAnyAsync<ConsulException>(() => new KvReader(session).GetAsync(root + "a", ConsulConsistency.Default, Stop));
        var spans = listening.OfThisTest();

        foreach (var operation in new[] { "consulkv Put", "consulkv Read" })
        {
            var span = Assert.Single(spans, one => one.OperationName == operation);
            Assert.Equal((ActivityStatusCode.Error, (object?)result.Code), (span.Status, span.GetTagItem("error.type")));
        }
        Assert.Contains(spans, span => span.OperationName.StartsWith("GET ", StringComparison.Ordinal) && span.ParentSpanId == spans.Single(one => one.OperationName == "consulkv Read").SpanId);
    }

    [Fact]
    public async Task The_caller_s_trace_is_passed_on_and_logged_even_when_nobody_collects_spans()
    {
        var folder = Directory.CreateTempSubdirectory("consulkvtools-trace-");
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/", ScriptedResponse.Text("true"));
        using (var session = Open(server.Address.ToString().TrimEnd('/'), Path.Combine(folder.FullName, "x.log")))
        {
            using var outer = new Activity("outer").SetIdFormat(ActivityIdFormat.W3C).Start();
            await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);
            outer.Stop();
            await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "b", Value = [1] }, Stop);
            session.FlushLog();
            var lines = File.ReadAllLines(Path.Combine(folder.FullName, "x.log"));

            Assert.Contains(outer.TraceId.ToHexString(), server.Requests[0].Header("traceparent"), StringComparison.Ordinal);
            Assert.Contains($"\"trace\":\"{outer.TraceId.ToHexString()}\"", lines[0], StringComparison.Ordinal);
            Assert.Contains("\"trace\":null", lines[1], StringComparison.Ordinal);
        }
        folder.Delete(recursive: true);
    }

    /// <summary>Every span of the process, of which those of this test's session and of its requests are given out: other tests run at the same time.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> stopped = new();
        private readonly ActivityListener listener;
        private readonly string session;

        public Spans(string session)
        {
            this.session = session;
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "ConsulKvTools",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = stopped.Enqueue,
            };
            ActivitySource.AddActivityListener(listener);
        }

        /// <summary>In the order in which they ended.</summary>
        public Activity[] OfThisTest()
        {
            var all = stopped.ToArray();
            var operations = all.Where(span => Equals(span.GetTagItem("consulkv.session"), session)).Select(span => span.SpanId).ToHashSet();
            return [.. all.Where(span => operations.Contains(span.SpanId) || operations.Contains(span.ParentSpanId))];
        }

        public void Dispose() => listener.Dispose();
    }

    private ConsulKvSession Open(string? address = null, string? log = null) => ConsulKvSession.Create(new ConsulSessionOptions
    {
        Address = address ?? lab.Agent.Address.ToString().TrimEnd('/'), Token = new ConsulSecret(lab.ManagementToken), Name = name, LogPath = log,
        RetryPolicy = new ConsulRetryPolicy { MaxAttempts = 3, BaseDelay = TimeSpan.FromMilliseconds(5), AttemptTimeout = TimeSpan.FromSeconds(10) },
    }, ConsulEnvironment.Empty);
}
