using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Tests.Errors;

/// <summary>A log, line by line.</summary>
public sealed class ErrorStreamTests
{
    private const string Refused = "Put \"http://127.0.0.1:8500/v1/kv/app%2Fx%20y?token=abc\": dial tcp 127.0.0.1:8500: connect: connection refused";

    [Fact]
    public void What_is_recognised_comes_at_once_and_the_rest_is_counted()
    {
        var found = new List<ConsulFinding>();
        var errors = new ErrorStream(found.Add);
        for (var line = 0; line < 1000; line++) errors.Add("2026-11-22 10:00:00 INFO all is well");
        errors.Add("   ");
        errors.Add("2026-11-22 10:00:01 ERROR Something else failed");
        Assert.Empty(found);
        errors.Add("2026/11/22 10:00:02 " + Refused);
        var refused = Assert.Single(found);
        Assert.Equal("Tcp.Refused", refused.Code);
        Assert.Equal(1003L, refused.Evidence["line"]);
        Assert.Equal("2026/11/22 10:00:02", refused.Evidence["time"]);

        errors.End();
        var unknown = found[1];
        Assert.Equal("Error.NotRecognised", unknown.Code);
        Assert.Equal(FindingSeverity.Info, unknown.Severity);
        Assert.Equal(1001L, unknown.Evidence["lines"]);
        Assert.Equal("2026-11-22 10:00:01 ERROR Something else failed", unknown.Evidence["text"]);
    }

    [Fact]
    public void The_request_is_evidence_with_its_key_as_it_was_before_it_was_escaped()
    {
        var finding = ErrorText.Resolve(Refused).Single();
        Assert.Equal("app/x y", finding.Evidence["key"]);
        Assert.Equal("http://127.0.0.1:8500", finding.Evidence["address"]);
        Assert.Equal("127.0.0.1", finding.Evidence["host"]);
        Assert.Equal(8500, finding.Evidence["port"]);
        Assert.Equal("PUT", finding.Evidence["method"]);
        Assert.Equal("Go", ErrorText.Resolve("Put \"http://c:8500/v1/kv/a\": EOF").Single().Evidence["client"]);
    }

    [Theory]
    [InlineData("Put \"http://c:8500/v1/kv/a\": dial tcp 10.0.0.1:8500: connect: connection refused", WriteEffect.NotApplied)]
    [InlineData("Put \"http://c:8500/v1/kv/a\": dial tcp 10.0.0.1:8500: i/o timeout", WriteEffect.NotApplied)]
    [InlineData("Put \"http://c:8500/v1/kv/a\": EOF", WriteEffect.Ambiguous)]
    [InlineData("Put \"http://c:8500/v1/kv/a\": read tcp 10.0.0.9:5->10.0.0.1:8500: read: connection reset by peer", WriteEffect.Ambiguous)]
    [InlineData("Put \"http://c:8500/v1/kv/a\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", WriteEffect.Ambiguous)]
    [InlineData("Get \"http://c:8500/v1/kv/a\": EOF", null)]
    public void Whether_a_write_may_be_there_is_evidence(string line, WriteEffect? effect) => Assert.Equal(effect, ErrorText.Resolve(line).Single().Evidence["effect"]);

    [Fact]
    public void The_far_end_is_the_one_after_the_arrow()
    {
        var finding = ErrorText.Resolve("read tcp 10.0.0.9:51490->10.1.2.3:8500: read: connection reset by peer").Single();
        Assert.Equal("10.1.2.3", finding.Evidence["host"]);
        Assert.Equal(8500, finding.Evidence["port"]);
    }

    [Fact]
    public void An_exception_and_its_causes_are_one_error_and_the_inner_one_tells()
    {
        var found = new List<ConsulFinding>();
        var errors = new ErrorStream(found.Add);
        foreach (var line in new[]
        {
            "2026-11-22 10:00:00 ERROR failed", "org.springframework.web.client.ResourceAccessException: I/O error on PUT request for \"http://consul:8500/v1/kv/app/x\": Connection reset", "\tat a.b.C.d(C.java:1)",
            "Caused by: javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target", "\tat a.b.C.d(C.java:2)", "\t... 12 more",
            "2026-11-22 10:00:01 ERROR again", "com.orbitz.consul.ConsulException: Consul request failed with status [500]: No cluster leader", "\tat a.b.C.d(C.java:1)", "Caused by: java.io.IOException: Connection reset by peer",
        }) errors.Add(line);
        errors.End();
        Assert.Equal(["Tls.UnknownCa", "Cluster.NoLeader", "Error.NotRecognised"], found.Select(finding => finding.Code));
        Assert.Equal("app/x", found[0].Evidence["key"]);
        Assert.Equal(2L, found[2].Evidence["lines"]);
    }

    [Fact]
    public void The_chain_of_a_Python_traceback_is_one_error()
    {
        var found = new List<ConsulFinding>();
        var errors = new ErrorStream(found.Add);
        errors.Add(CorpusRow.All.First(row => row.Text.StartsWith("Traceback", StringComparison.Ordinal)).Text);
        errors.Add("Cluster: all well again");
        Assert.Equal("Tcp.Refused", Assert.Single(found).Code);
    }

    [Fact]
    public void A_cause_of_another_programs_exception_is_not_Consuls()
    {
        Assert.Equal("Error.NotRecognised", ErrorText.Resolve("org.postgresql.util.PSQLException: The connection attempt failed.\nCaused by: java.net.ConnectException: Connection refused").Single().Code);
        Assert.Equal("Tcp.Refused", ErrorText.Resolve("com.example.Oops: no\nCaused by: java.net.ConnectException: Connection refused").Single().Code);
    }

    [Theory]
    [InlineData("utf-8", "\n")]
    [InlineData("utf-16", "\r\n")]
    public async Task A_file_is_read_whatever_its_encoding_and_however_long_its_lines(string encoding, string newLine)
    {
        var path = Path.GetTempFileName();
        try
        {
            var text = string.Join(newLine, Enumerable.Range(0, 20_000).Select(line => line % 1000 == 999 ? Refused : "2026-11-22 INFO " + line).Append(new string('x', 3_000_000)).Append(Refused));
            await File.WriteAllTextAsync(path, text, System.Text.Encoding.GetEncoding(encoding), TestContext.Current.CancellationToken);
            var found = new List<ConsulFinding>();
            var errors = new ErrorStream(found.Add);
            ErrorFile.Read(path, errors, TestContext.Current.CancellationToken);
            errors.End();
            Assert.Equal(21, found.Count(finding => finding.Code == "Tcp.Refused"));
            Assert.Equal(1000L, found[0].Evidence["line"]);
            Assert.Equal(19_981L, found[^1].Evidence["lines"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Ordinary_lines_cost_no_memory()
    {
        var errors = new ErrorStream(_ => Assert.Fail("Nothing is wrong here."));
        const string line = "2026-11-22T10:00:00.000Z INFO  c.e.demo.Orders - order 4711 of customer 12 was stored in 12 ms, all is well";
        for (var warm = 0; warm < 100; warm++) errors.AddLine(line);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 10_000; count++) errors.AddLine(line);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }
}
