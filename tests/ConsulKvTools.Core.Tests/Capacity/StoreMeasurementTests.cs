using System.Formats.Tar;
using System.IO.Compression;
using ConsulKvTools.Capacity;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Capacity;

/// <summary>Measuring a real store: what it holds, what changed, and what a history of it is worth.</summary>
public sealed class StoreMeasurementTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-capacity-");
    private ConsulAgent agent = null!;
    private ConsulKvSession session = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string HistoryFile => Path.Combine(folder.FullName, "history.jsonl");

    public async ValueTask InitializeAsync()
    {
        agent = await ConsulAgent.StartAsync(new() { InMemory = true, Acl = new() }, Stop);
        session = LabSessions.Open(agent.AddressText, agent.ManagementToken);
    }

    public async ValueTask DisposeAsync()
    {
        session.Dispose();
        await agent.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Stored_bytes_are_what_a_real_snapshot_grows_by()
    {
        await agent.PutKeyAsync("first", "x");
        var before = await KeysInSnapshotAsync();
        foreach (var size in new[] { 0, 1, 31, 32, 200, 256, 70_000, 200_000 }) await agent.PutKeyAsync($"snapshot/with-a-name-of-some-length/{size}", new string('v', size));
        var after = await KeysInSnapshotAsync();
        var measured = await MeasureAsync(new() { Prefix = "snapshot/" });

        Assert.Equal(after - before, measured.StoredBytes);
        Assert.Equal(8, measured.Keys);
        Assert.Equal(270_520, measured.Bytes);
    }

    [Fact]
    public async Task One_key_of_one_byte_is_told_in_the_singular_and_a_reason_once()
    {
        await agent.PutKeyAsync("one/folder/key", "1");
        var measured = await MeasureAsync(new() { Prefix = "one/", HistoryPath = HistoryFile });
        var report = ((ConsulKvTools.Diagnosis.Reports.Sections.IReportPart)measured).Section.ToString() + string.Join("\n", ((ConsulKvTools.Diagnosis.Reports.Sections.IReportPart)measured).Section.Blocks.OfType<ConsulKvTools.Diagnosis.Reports.Sections.ReportText>().SelectMany(block => block.Paragraphs));
        foreach (var text in new[] { MeasurementText.Of(measured, 120, unicode: true), report })
        {
            Assert.DoesNotMatch(@"(?<![\d.,])1 (?:bytes|keys|measurements)", text);
            Assert.Single(System.Text.RegularExpressions.Regex.Matches(text, "[Tt]oo little history"));
        }
        Assert.Contains("1 key  one/folder/", System.Text.RegularExpressions.Regex.Replace(MeasurementText.Of(measured, 120, unicode: true), "key +one", "key  one"), StringComparison.Ordinal);
        Assert.Equal("1 byte: 1 key", measured.SizeClasses[0].ToString());
        Assert.Equal("1 key", ConsulKvTools.Capacity.Forecasting.Forecaster.SizeText(isBytes: false, 1));
    }

    [Fact]
    public async Task Changes_between_two_measurements_are_told_by_index()
    {
        foreach (var name in new[] { "stays", "changes", "goes", "is-made-again" }) await agent.PutKeyAsync("churn/" + name, "1");
        await MeasureAsync(new() { Prefix = "churn/", HistoryPath = HistoryFile });
        await agent.PutKeyAsync("churn/stays", "1");
        await agent.PutKeyAsync("churn/changes", "2");
        await agent.PutKeyAsync("churn/new", "2");
        await agent.PutKeyAsync("elsewhere", "2");
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "churn/goes", Kind = ConsulKvWriteKind.Delete }, Stop);
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "churn/is-made-again", Kind = ConsulKvWriteKind.Delete }, Stop);
        await agent.PutKeyAsync("churn/is-made-again", "3");
        var measured = await MeasureAsync(new() { Prefix = "churn/", HistoryPath = HistoryFile });

        var churn = Assert.IsType<ConsulKvChurn>(measured.Churn);
        Assert.Equal((2, 1, 2), (churn.Created, churn.Changed, churn.Removed));
        Assert.InRange(churn.IndexDistance, 5u, 60u);
        Assert.Equal(2, measured.History.Count);
    }

    [Fact]
    public async Task Nothing_in_a_history_is_lost_and_what_cannot_be_used_is_told_by_its_line()
    {
        await agent.PutKeyAsync("h/a", "1");
        await MeasureAsync(new() { Prefix = "h/", HistoryPath = HistoryFile });
        var good = await File.ReadAllTextAsync(HistoryFile, Stop);
        var torn = good.TrimEnd()[..(good.Length / 2)];
        var newer = good.TrimEnd().Replace("\"version\":1", "\"version\":9", StringComparison.Ordinal);
        var other = good.TrimEnd().Replace("\"prefix\":\"h/\"", "\"prefix\":\"x/\"", StringComparison.Ordinal);
        var written = $"{good}{newer}\n{{\"level\":\"info\"}}\n\n{other}\nno json at all\n{torn}";
        await File.WriteAllTextAsync(HistoryFile, written, Stop);
        var measured = await MeasureAsync(new() { Prefix = "h/", HistoryPath = HistoryFile });

        Assert.Equal([2, 3, 6, 7], measured.HistoryProblems.Select(problem => problem.Line));
        Assert.Contains("newer version", measured.HistoryProblems[0].Problem, StringComparison.Ordinal);
        Assert.Equal(2, measured.History.Count);
        Assert.StartsWith(written + "\n{", await File.ReadAllTextAsync(HistoryFile, Stop), StringComparison.Ordinal);
        // The line behind the torn one is whole.
        Assert.Equal(3, (await MeasureAsync(new() { Prefix = "h/", HistoryPath = HistoryFile })).History.Count);
    }

    [Fact]
    public async Task Limits_are_the_agents_own_where_it_tells_them()
    {
        await using var small = await ConsulAgent.StartAsync(new() { InMemory = true, ExtraConfig = """{ "limits": { "kv_max_value_size": 2048 } }""" }, Stop);
        await small.PutKeyAsync("l/large", new string('x', 1024));
        for (var key = 0; key < 3; key++) await small.PutKeyAsync($"l/{key}", "x");
        using var near = LabSessions.Open(small.AddressText);
        var measured = await new StoreMeasurement(near, new() { LimitKeys = 4 }).RunAsync(_ => { }, _ => { }, Fail, Stop);

        var limits = measured.Limits.ToDictionary(use => use.Limit);
        Assert.Equal((1024, 2048L, "l/large", "the agent's own setting"), (limits[ConsulKvLimit.Value].Used, limits[ConsulKvLimit.Value].Maximum, limits[ConsulKvLimit.Value].Subject, limits[ConsulKvLimit.Value].Source));
        Assert.Equal(0.5, limits[ConsulKvLimit.Value].Share);
        Assert.Equal((4, 64L, "l/"), (limits[ConsulKvLimit.TransactionOperations].Used, limits[ConsulKvLimit.TransactionOperations].Maximum, limits[ConsulKvLimit.TransactionOperations].Subject));
        Assert.Null(limits[ConsulKvLimit.Children].Share);
        Assert.Equal(1, limits[ConsulKvLimit.Keys].Share);
    }

    [Fact]
    public async Task Hidden_keys_are_an_error_or_a_partial_measurement_never_a_small_store()
    {
        await agent.PutKeyAsync("seen/a", "1");
        await agent.PutKeyAsync("hidden/a", "1");
        var blind = await agent.CreateTokenAsync("""key_prefix "other/" { policy = "read" }""");
        using var nobody = LabSessions.Open(agent.AddressText, blind.SecretId);
        var refused = await Assert.ThrowsAnyAsync<ConsulException>(() => new StoreMeasurement(nobody, new() { Prefix = "hidden/" }).RunAsync(_ => { }, _ => { }, Fail, Stop));
        Assert.StartsWith("Acl.", refused.Finding.Code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_sees_a_part_is_never_told_that_it_was_the_whole_store()
    {
        for (var key = 0; key < 10; key++) await agent.PutKeyAsync($"seen/{key}", "1");
        for (var key = 0; key < 20; key++) await agent.PutKeyAsync($"hidden/{key}", "1");
        // Consul 1.8.7 says nothing of what it leaves out. Of the second only who knows its rules knows that one below denies.
        var part = await agent.CreateTokenAsync("key_prefix \"seen/\" { policy = \"read\" }");
        var most = await agent.CreateTokenAsync("key_prefix \"\" { policy = \"read\" } key_prefix \"hidden/1\" { policy = \"deny\" }");
        foreach (var (token, keys) in new[] { (most, 19), (part, 10) })
        {
            using var reader = LabSessions.Open(agent.AddressText, token.SecretId);
            var warnings = new List<ConsulFinding>();
            var measured = await new StoreMeasurement(reader, new() { HistoryPath = HistoryFile }).RunAsync(_ => { }, warnings.Add, Fail, Stop);

            Assert.Equal(keys, measured.Keys);
            Assert.True(measured.IsPartial);
            Assert.Equal("Acl.ReadFiltered", Assert.Single(warnings).Code);
            var text = MeasurementText.Of(measured, 120, unicode: true);
            Assert.StartsWith("! Keys may be hidden", text, StringComparison.Ordinal);
            Assert.DoesNotContain("the whole store", text, StringComparison.Ordinal);
            // Nine keys fewer are seen by the second, and nobody removed any.
            if (keys == 10) Assert.Equal((0, 0, null), (measured.Churn!.Created, measured.Churn.Changed, measured.Churn.Removed));
        }
        var whole = new List<ConsulFinding>();
        var all = await new StoreMeasurement(session, new()).RunAsync(_ => { }, whole.Add, Fail, Stop);
        Assert.Equal((30, false), (all.Keys, all.IsPartial));
        Assert.Empty(whole);
    }

    [Fact]
    public async Task Who_may_write_only_a_prefix_measures_all_of_it()
    {
        await agent.PutKeyAsync("own/a", "1");
        var owner = await agent.CreateTokenAsync("key_prefix \"own/\" { policy = \"write\" }");
        using var writer = LabSessions.Open(agent.AddressText, owner.SecretId);
        Assert.False((await new StoreMeasurement(writer, new() { Prefix = "own/" }).RunAsync(_ => { }, _ => { }, Fail, Stop)).IsPartial);
    }

    [Fact]
    public async Task A_measurement_that_cannot_be_added_to_the_history_is_given_all_the_same()
    {
        await agent.PutKeyAsync("kept/a", "1");
        var place = folder.CreateSubdirectory("goes");
        var failures = new List<ConsulException>();
        var measured = await new StoreMeasurement(session, new() { Prefix = "kept/", HistoryPath = Path.Combine(place.FullName, "history.jsonl") })
            .RunAsync(_ => { if (Directory.Exists(place.FullName)) place.Delete(recursive: true); }, _ => { }, failures.Add, Stop);

        Assert.Equal("Capacity.HistoryUnusable", Assert.Single(failures).Finding.Code);
        Assert.Equal(1, measured.Keys);
        Assert.Single(measured.History);
        Assert.Equal(2, measured.Forecasts.Count);
    }

    [Theory]
    // More keys are there than before and made since: restored. One is gone and no index moved: Consul forgot why. An index that nobody knows.
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(3, null)]
    public async Task Indexes_that_contradict_the_keys_tell_no_changes(long keysBefore, int? behind)
    {
        for (var key = 0; key < 3; key++) await agent.PutKeyAsync($"odd/{key}", "1");
        var now = await MeasureAsync(new() { Prefix = "odd/" });
        Assert.NotNull((await MeasureAsync(new() { Prefix = "odd/", Since = now })).Churn);
        Assert.Null((await MeasureAsync(new() { Prefix = "odd/", Since = now with { Keys = keysBefore, Index = behind is { } less ? now.Index - (ulong)less : 0 } })).Churn);
    }

    [Fact]
    public async Task A_clock_that_was_wrong_rules_no_forecast()
    {
        await agent.PutKeyAsync("clock/a", "1");
        var now = await MeasureAsync(new() { Prefix = "clock/" });
        string Line(DateTimeOffset time, long keys) => FormattableString.Invariant(
            $$"""{"document":"consul-kv-measurement","version":1,"time":"{{time:o}}","address":"{{agent.AddressText}}","prefix":"clock/","keys":{{keys}},"storedBytes":{{keys}},"index":1}""");
        var right = Enumerable.Range(1, 6).Select(day => Line(now.Time.AddDays(-day), 1)).ToArray();
        await File.WriteAllLinesAsync(HistoryFile, [.. right, Line(now.Time.AddYears(1), 5000), Line(DateTimeOffset.FromUnixTimeSeconds(5), 4000)], Stop);
        var measured = await MeasureAsync(new() { Prefix = "clock/", HistoryPath = HistoryFile, LimitKeys = 1000 });

        Assert.Equal([7, 8], measured.HistoryProblems.Select(problem => problem.Line));
        Assert.Contains("later than now", measured.HistoryProblems[0].Problem, StringComparison.Ordinal);
        Assert.Contains("1970-01-01", measured.HistoryProblems[1].Problem, StringComparison.Ordinal);
        Assert.Equal(7, measured.History.Count);
        Assert.Equal(ConsulKvForecastState.NotGrowing, measured.Forecasts[1].State);
        Assert.Equal("The number of keys does not grow.", measured.Forecasts[1].Sentence);
        Assert.Equal(1, measured.Churn!.Created);
    }

    [Fact]
    public async Task A_limit_years_ahead_is_no_warning_and_a_near_one_is()
    {
        await agent.PutKeyAsync("far/a", "1");
        var measured = await MeasureAsync(new() { Prefix = "far/" });
        ConsulKvForecast Expected(int days) => new()
        {
            Limit = ConsulKvLimit.Keys, Maximum = 9, State = ConsulKvForecastState.Expected, Points = 9, Method = "", Sentence = "", Expected = measured.Time.AddDays(days),
        };
        Assert.StartsWith("✓ Within limits", MeasurementWords.Badge(measured with { Forecasts = [Expected(8 * 365)] }), StringComparison.Ordinal);
        Assert.Equal("! A limit is expected within 90 days", MeasurementWords.Badge(measured with { Forecasts = [Expected(80)] }));
        var open = Expected(0) with { State = ConsulKvForecastState.NotBefore, Expected = null, Earliest = measured.Time.AddDays(24) };
        Assert.StartsWith("✓ Within limits", MeasurementWords.Badge(measured with { Forecasts = [open] }), StringComparison.Ordinal);
        Assert.Equal("! A limit may be reached within 90 days", MeasurementWords.Badge(measured with { Forecasts = [open with { MayBeSoon = true }] }));
    }

    [Fact]
    public async Task A_history_in_no_folder_is_an_error_before_anything_is_measured()
    {
        var refused = await Assert.ThrowsAnyAsync<ConsulException>(() => MeasureAsync(new() { HistoryPath = Path.Combine(folder.FullName, "none", "history.jsonl") }));
        Assert.Equal("Capacity.HistoryUnusable", refused.Finding.Code);
    }

    private static void Fail(ConsulException failed) => throw failed;

    private Task<ConsulKvMeasurement> MeasureAsync(MeasurementRequest request) => new StoreMeasurement(session, request).RunAsync(_ => { }, _ => { }, Fail, Stop);

    /// <summary>The size of the state in a snapshot of the server's.</summary>
    /// <summary>Bytes that keys take in a snapshot. What else is in it grows by itself while an agent starts: its node, its checks, its coordinates.</summary>
    private async Task<long> KeysInSnapshotAsync()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Consul-Token", agent.ManagementToken);
        await using var archive = await http.GetStreamAsync(new Uri($"{agent.AddressText}/v1/snapshot"), Stop);
        await using var plain = new GZipStream(archive, CompressionMode.Decompress);
        await using var tar = new TarReader(plain);
        while (await tar.GetNextEntryAsync(copyData: true, Stop) is { } entry)
        {
            if (entry.Name != "state.bin") continue;
            using var state = new MemoryStream();
            await entry.DataStream!.CopyToAsync(state, Stop);
            return SnapshotRecords.BytesOf(SnapshotRecords.Keys, state.ToArray());
        }
        throw new InvalidOperationException("The snapshot has no state.bin.");
    }
}
