using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv export</c> and <c>import</c> on a real agent, with Consul's own command line as the judge.</summary>
public sealed class MoveTests(AgentFixture fixture) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkv-move-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_has_the_bytes_of_consul_kv_export_and_goes_back_and_forth()
    {
        var root = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(root + "db/host", "x<y>&\"é\\", Stop);
        await fixture.Agent.PutKeyAsync(root + "ü b", "", Stop);
        (await fixture.Process().Input([0xff, 0, 13, 10]).RunAsync("set", root + "bytes", "-", "--flags", "18446744073709551615")).Exits(ExitCode.Healthy);
        var theirs = await ConsulAsync(null, "kv", "export", root);
        var ours = (await fixture.Process().RunAsync("export", root)).Exits(ExitCode.Healthy);
        Assert.Equal(theirs, ours.Bytes);
        Assert.Empty(ours.Error);

        var file = At("ours.json");
        var written = (await fixture.Process().RunAsync("export", root, "--path", file, "--output", "json")).Exits(ExitCode.Healthy).Document("export");
        Assert.Equal(theirs, await File.ReadAllBytesAsync(file, Stop));
        Assert.Equal((3, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(theirs))), (written.GetProperty("keys").GetInt32(), written.GetProperty("sha256").GetString()));

        await ConsulAsync(null, "kv", "delete", "-recurse", root);
        Assert.Contains("3 created", (await fixture.Process().RunAsync("import", file)).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
        Assert.Equal(theirs, await ConsulAsync(null, "kv", "export", root));
        await ConsulAsync(null, "kv", "delete", "-recurse", root);
        await ConsulAsync(ours.Bytes, "kv", "import", "-");
        var again = (await fixture.Process().Input(theirs).RunAsync("import", "-", "--output", "json")).Exits(ExitCode.Healthy).Document("import");
        Assert.Equal((3, 0, true), (again.GetProperty("unchanged").GetInt32(), again.GetProperty("created").GetInt32(), again.GetProperty("isComplete").GetBoolean()));
    }

    [Theory]
    [InlineData("folder", "out")]
    [InlineData("yaml", "out.yml")]
    [InlineData("properties", "out.properties")]
    public async Task Each_form_comes_back_as_it_was(string form, string name)
    {
        var root = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(root + "db/host", "db1", Stop);
        await fixture.Agent.PutKeyAsync(root + "db/port", "5432", Stop);
        (await fixture.Process().RunAsync("export", root, "--strip-prefix", "--path", At(name), "--format", form)).Exits(ExitCode.Healthy);
        Assert.Empty((await fixture.Process().RunAsync("compare", root, "", "--difference-file", At(name))).Exits(ExitCode.Healthy).Output);
        var copy = AgentFixture.NewKey();
        (await fixture.Process().RunAsync("import", At(name), "--prefix", copy)).Exits(ExitCode.Healthy);
        Assert.Empty((await fixture.Process().RunAsync("compare", root, copy + "/")).Exits(ExitCode.Healthy).Output);
    }

    [Fact]
    public async Task A_plan_tells_what_would_be_done_and_does_nothing()
    {
        var root = AgentFixture.NewKey() + "/";
        foreach (var (key, value) in new[] { ("change", "old"), ("extra", "x"), ("same", "1") }) await fixture.Agent.PutKeyAsync(root + key, value, Stop);
        var before = await ConsulAsync(null, "kv", "get", "-recurse", "-detailed", root);
        var file = Save(("change", "new"), ("create", "y"), ("same", "1"));
        string[] line = ["import", file, "--prefix", root, "--delete", "--undo", At("undo.json"), "--journal", At("journal")];

        var text = (await fixture.Process().RunAsync([.. line, "--plan"])).Exits(ExitCode.Healthy);
        Assert.Equal([$"Change {root}change: 'old' → 'new'", $"Create {root}create: 'y'", $"Delete {root}extra: 'x'"], text.Output.TrimEnd().Split(Environment.NewLine));
        Assert.Equal("1 to create, 1 to change, 1 to delete, 1 unchanged; nothing was written.", text.Error.TrimEnd());
        var plan = (await fixture.Process().RunAsync([.. line, "--dry-run", "--output", "json"])).Exits(ExitCode.Healthy).Document("plan");
        Assert.Equal(["Change change", "Create create", "Delete extra"], plan.GetProperty("keys").EnumerateArray().Select(row => $"{row.GetProperty("action").GetString()} {row.GetProperty("key").GetString()![root.Length..]}"));
        Assert.Equal((1, 1, 1, 1), (plan.GetProperty("create").GetInt32(), plan.GetProperty("change").GetInt32(), plan.GetProperty("delete").GetInt32(), plan.GetProperty("unchanged").GetInt32()));
        Assert.Equal(before, await ConsulAsync(null, "kv", "get", "-recurse", "-detailed", root));
        Assert.False(File.Exists(At("undo.json")) || File.Exists(At("journal")));
    }

    [Fact]
    public async Task Keys_are_removed_only_when_somebody_says_so()
    {
        var root = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(root + "extra", "x", Stop);
        var file = Save(("new", "1"));
        string[] line = ["import", file, "--prefix", root, "--delete", "--undo", At("undo.json"), "--journal", At("journal")];

        var script = (await fixture.Process().RunAsync(line)).Exits(ExitCode.Usage);
        Assert.Contains("--delete would remove 1 key, and nobody can be asked here. See them with --plan, then add --yes.", string.Join(' ', script.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

        var asked = new List<string>();
        var environment = new ConsulEnvironment(new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = fixture.Agent.HttpAddress!.OriginalString, ["CONSUL_HTTP_TOKEN"] = fixture.Writer.SecretId });
        var refused = (await InProcess.RunAsync(
            environment, question =>
            {
                asked.Add(question);
                return false;
            }, line)).Exits(ExitCode.CouldNotRun);
        Assert.Equal(["Remove 1 key, create 1 and change 0?"], asked);
        Assert.Contains("Nothing was written.", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("undo.json")) || File.Exists(At("journal")));
        Assert.Equal(root + "extra:x", Encoding.UTF8.GetString(await ConsulAsync(null, "kv", "get", "-recurse", root)).Trim());

        (await InProcess.RunAsync(environment, _ => true, line)).Exits(ExitCode.Healthy);
        Assert.Equal(root + "new:1", Encoding.UTF8.GetString(await ConsulAsync(null, "kv", "get", "-recurse", root)).Trim());
        // Where nothing is to be removed, nobody is asked.
        (await fixture.Process().RunAsync("import", file, "--prefix", root, "--delete")).Exits(ExitCode.Healthy);
    }

    [Fact]
    public async Task An_undo_file_gives_back_what_was_there()
    {
        var root = AgentFixture.NewKey() + "/";
        foreach (var (key, value) in new[] { ("change", "old"), ("extra", "x") }) await fixture.Agent.PutKeyAsync(root + key, value, Stop);
        var before = await ConsulAsync(null, "kv", "export", root);
        var done = (await fixture.Process().RunAsync("import", Save(("change", "new"), ("create", "y")), "--prefix", root, "--delete", "--yes", "--undo", At("undo.json"))).Exits(ExitCode.Healthy);
        Assert.Contains("1 created, 1 changed, 1 deleted", done.Error, StringComparison.Ordinal);
        Assert.Contains($"consulkv import {At("undo.json")}", done.Error, StringComparison.Ordinal);
        (await fixture.Process().RunAsync("import", At("undo.json"))).Exits(ExitCode.Healthy);
        Assert.Equal(before, await ConsulAsync(null, "kv", "export", root));
        (await fixture.Process().RunAsync("import", At("undo.json"), "--prefix", "x")).Exits(ExitCode.Usage);
    }

    [Fact]
    public async Task An_atomic_import_is_whole_or_nothing()
    {
        var root = AgentFixture.NewKey() + "/";
        var mixed = Save((root + "a", "1"), ("forbidden/b", "2"));
        Assert.Contains("forbidden/b", (await fixture.Process().RunAsync("import", mixed, "--atomic")).Exits(ExitCode.Fault).Error, StringComparison.Ordinal);
        Assert.Equal("[]\n", Encoding.UTF8.GetString(await ConsulAsync(null, "kv", "export", root)));
        // Without it each key is for itself.
        (await fixture.Process().RunAsync("import", mixed)).Exits(ExitCode.Fault);
        Assert.Equal("1", (await fixture.Process().RunAsync("get", root + "a", "--raw")).Output);
        Assert.Contains("It has 65 operations", (await fixture.Process().RunAsync("import", Save([.. Enumerable.Range(0, 65).Select(number => ($"{root}many/{number:00}", "v"))]), "--atomic")).Exits(ExitCode.Fault).Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_that_was_killed_goes_on_by_its_journal()
    {
        var root = AgentFixture.NewKey() + "/";
        const int Keys = 20_000;
        var value = new string('v', 1500);
        var file = Save([.. Enumerable.Range(0, Keys).Select(number => (number.ToString("00000", CultureInfo.InvariantCulture), value))]);
        string[] line = ["import", file, "--prefix", root, "--journal", At("journal"), "--output", "json"];
        var aside = Directory.CreateDirectory(At("aside")).FullName;
        using (var process = fixture.Process().With("TMPDIR", aside).With("TEMP", aside).Start(line))
        {
            while (!process.HasExited && await fixture.Agent.GetKeyAsync(root + "00500", Stop) is null) await Task.Delay(10, Stop);
            process.Kill();
            await process.WaitForExitAsync(Stop);
        }
        // The values that were set aside went with the process.
        Assert.Empty(Directory.GetFiles(aside, "tmp*.tmp"));
        Assert.True(File.Exists(At("journal")), "It was done before it could be killed.");
        var rest = (await fixture.Process().RunAsync(line)).Exits(ExitCode.Healthy).Document("import");
        Assert.True(rest.GetProperty("doneBefore").GetInt32() + rest.GetProperty("unchanged").GetInt32() > 400, rest.ToString());
        Assert.Equal(Keys, rest.GetProperty("doneBefore").GetInt32() + rest.GetProperty("unchanged").GetInt32() + rest.GetProperty("created").GetInt32());
        Assert.False(File.Exists(At("journal")));
        (await fixture.Process().RunAsync("compare", root, "", "--difference-file", file)).Exits(ExitCode.Healthy);
        await ConsulAsync(null, "kv", "delete", "-recurse", root);
    }

    [Fact]
    public async Task A_denied_token_and_a_dead_agent_are_told_apart()
    {
        var root = AgentFixture.NewKey() + "/";
        var file = Save((root + "a", "1"), (root + "b", "2"));
        await fixture.Agent.PutKeyAsync(root + "there", "1", Stop);
        var denied = (await fixture.ReadOnlyProcess().RunAsync("import", file)).Exits(ExitCode.Fault);
        Assert.Contains($"{root}a: Denied, Acl.PermissionDenied", denied.Error, StringComparison.Ordinal);
        Assert.Contains("2 failed", denied.Error, StringComparison.Ordinal);
        var document = (await fixture.ReadOnlyProcess().RunAsync("import", file, "--output", "json")).Exits(ExitCode.Fault).Document("import");
        Assert.Equal([$"{root}a Denied", $"{root}b Denied"], document.GetProperty("failures").EnumerateArray().Select(row => $"{row.GetProperty("key").GetString()} {row.GetProperty("outcome").GetString()}"));
        // An export of what may not be seen is no empty store.
        var hidden = (await fixture.ReadOnlyProcess().RunAsync("export", "other/")).Exits(ExitCode.Fault);
        Assert.Contains("Acl.ReadFiltered", hidden.Error, StringComparison.Ordinal);

        // Consul before 1.11 leaves out in silence what this token may not read.
        var part = (await fixture.ReadOnlyProcess().RunAsync("export", "ap")).Exits(ExitCode.Healthy);
        Assert.Contains("The export may lack keys: the token has no rule that lets it read all of ap", part.Error, StringComparison.Ordinal);
        Assert.Empty((await fixture.ReadOnlyProcess().RunAsync("export", "app/")).Exits(ExitCode.Healthy).Error);

        foreach (var verb in new[] { new[] { "export", "app/", "--path", At("none.json") }, ["import", file], ["compare", "app/", "app2/"] })
            Assert.Equal("Tcp.Refused", (await fixture.Process().RunAsync([.. verb, "--address", "http://127.0.0.1:1", "--output", "json"])).Exits(ExitCode.CouldNotRun).Document("error").GetProperty("code").GetString());
        Assert.False(File.Exists(At("none.json")));
    }

    [Fact]
    public async Task Nothing_to_export_is_said()
    {
        var empty = (await fixture.Process().RunAsync("export", AgentFixture.NewKey() + "/")).Exits(ExitCode.Healthy);
        Assert.Equal("[]\n", empty.Output);
        Assert.Contains("the export is empty", empty.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'import' needs FILE. The file or folder; - reads standard input.", "import")]
    [InlineData("does not say its form; give --format json, folder, yaml or properties", "import", "x.conf")]
    [InlineData("cannot be read: its folder does not exist", "import", "/nowhere/x.json")]
    [InlineData("nofile cannot be read: there is no such file or folder", "import", "nofile")]
    [InlineData("line 1, item 1: it is not a list", "import", "-")]
    [InlineData("cannot carry both", "import", "-", "--token-stdin")]
    [InlineData("does not go with --prefix", "import", "-", "--prefix", "a", "--map", "a=b")]
    [InlineData("--map is 'app2'", "import", "-", "--map", "app2")]
    [InlineData("--format folder needs --path", "export", "--format", "folder")]
    [InlineData("--format bogus is not known", "export", "--format", "bogus")]
    [InlineData("does not say its form; give --format json", "export", "--path", "x.conf")]
    [InlineData("it is no JSON", "export", "--format", "yaml", "--output", "json")]
    [InlineData("'compare' needs REFERENCE", "compare")]
    [InlineData("cannot be read: its folder does not exist", "compare", "app/", "--difference-file", "/nowhere/x.json")]
    public async Task A_line_or_a_document_that_cannot_be_used_is_a_usage_error(string expected, params string[] line)
    {
        var run = (await fixture.Process().Input("garbage"u8.ToArray()).RunAsync(line)).Exits(ExitCode.Usage);
        Assert.Contains(expected, run.Error.ReplaceLineEndings(" ").Replace("         ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        if (line.Contains("json")) run.Document("error");
    }

    [Theory]
    [InlineData]
    [InlineData("--prefix", "")]
    [InlineData("--map", "app/=")]
    public async Task A_sweep_of_the_whole_store_is_never_meant_by_saying_nothing(params string[] where)
    {
        var key = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(key, "stays", Stop);
        var run = (await fixture.Process().With("CONSUL_HTTP_TOKEN", fixture.Agent.ManagementToken).RunAsync(["import", Save(("app/x", "1")), "--delete", "--force", .. where])).Exits(ExitCode.Usage);
        Assert.Contains("Document.WouldEmpty", run.Error, StringComparison.Ordinal);
        Assert.Contains("nothing says below which prefix", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("consulkv import app.json --prefix app/ --delete --plan", run.Error, StringComparison.Ordinal);
        Assert.Equal("stays", await fixture.Agent.GetKeyAsync(key, Stop));
        // Nothing was read either: the document is not even looked for.
        Assert.Contains("Document.WouldEmpty", (await fixture.Process().RunAsync(["import", "/nowhere/x.json", "--delete", "--force", .. where])).Exits(ExitCode.Usage).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removal_by_a_token_that_may_not_see_all_is_not_called_whole()
    {
        var root = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(root + "hidden/x", "1", Stop);
        await fixture.Agent.PutKeyAsync(root + "/extra", "1", Stop);
        var narrow = await fixture.Agent.CreateTokenAsync($"key_prefix \"{root}/\" {{ policy = \"write\" }} key_prefix \"{root}/x/\" {{ policy = \"deny\" }}");
        var process = fixture.Process().With("CONSUL_HTTP_TOKEN", narrow.SecretId);
        var run = (await process.RunAsync("import", Save(("new", "1")), "--prefix", root, "--delete", "--yes")).Exits(ExitCode.Fault);
        Assert.Contains("--delete may leave keys that the token does not see", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("1 created, 0 changed, 1 deleted", run.Error, StringComparison.Ordinal);
        var document = (await process.RunAsync("import", Save(("new", "1")), "--prefix", root, "--delete", "--yes", "--output", "json")).Exits(ExitCode.Fault).Document("import");
        Assert.Equal((true, false), (document.GetProperty("isPartial").GetBoolean(), document.GetProperty("isComplete").GetBoolean()));
    }

    [Fact]
    public async Task One_transaction_that_wrote_nothing_leaves_no_file_and_a_journal_in_conflict_says_what_to_do()
    {
        var root = AgentFixture.NewKey() + "/";
        string[] files = ["--prefix", root, "--journal", At("journal"), "--undo", At("undo.json")];
        (await fixture.Process().RunAsync(["import", Save([.. Enumerable.Range(0, 70).Select(number => ($"many/{number:00}", "v"))]), "--atomic", .. files])).Exits(ExitCode.Fault);
        Assert.False(File.Exists(At("undo.json")) || File.Exists(At("journal")));

        // A journal of a plan whose check cannot hold any more.
        var document = Save(("a", "new"), ("forbidden", "new"));
        var narrow = await fixture.Agent.CreateTokenAsync($"key_prefix \"{root}\" {{ policy = \"write\" }} key \"{root}forbidden\" {{ policy = \"read\" }}");
        await fixture.Agent.PutKeyAsync(root + "forbidden", "old", Stop);
        (await fixture.Process().With("CONSUL_HTTP_TOKEN", narrow.SecretId).RunAsync(["import", document, .. files])).Exits(ExitCode.Fault);
        await fixture.Agent.PutKeyAsync(root + "forbidden", "theirs", Stop);
        var run = (await fixture.Process().RunAsync(["import", document, .. files])).Exits(ExitCode.Fault);
        Assert.Contains("Run the same command with --force to write over it, or remove the journal, and give another --undo, to compare anew.", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        (await fixture.Process().RunAsync(["import", document, .. files, "--force"])).Exits(ExitCode.Healthy);
        Assert.Equal("new", await fixture.Agent.GetKeyAsync(root + "forbidden", Stop));
    }

    [Fact]
    public async Task Nothing_is_removed_for_what_may_be_missing_on_standard_input()
    {
        var root = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(root + "stays", "1", Stop);
        foreach (var (form, text) in new[] { ("yaml", "a: 1\n"), ("properties", "a=1\n"), ("json", "[\n{\"key\":\"a\",\"value\":\"MQ==\"},\n"), ("json", "") })
        {
            var run = (await fixture.Process().Input(Encoding.UTF8.GetBytes(text)).RunAsync("import", "-", "--format", form, "--prefix", root, "--delete", "--force")).Exits(ExitCode.Usage);
            if (form != "json") Assert.Contains("nothing tells whether all of it came", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
        Assert.Equal("1", await fixture.Agent.GetKeyAsync(root + "stays", Stop));
        (await fixture.Process().Input("a: 1\n"u8.ToArray()).RunAsync("import", "-", "--format", "yaml", "--prefix", root)).Exits(ExitCode.Healthy);
    }

    [Fact]
    public async Task The_whole_store_is_swept_when_it_is_named()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var alone = new ConsulKvProcess().With("CONSUL_HTTP_ADDR", agent.AddressText);
        foreach (var key in new[] { "app/old", "other" }) await agent.PutKeyAsync(key, "1", Stop);
        var file = Save(("app/new", "1"));
        (await alone.RunAsync("import", file, "--prefix", "/", "--delete")).Exits(ExitCode.Usage);
        Assert.Contains("1 created, 0 changed, 1 deleted", (await alone.RunAsync("import", file, "--prefix", "/", "--delete", "--force", "--exclude", "oth*")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
        Assert.Contains("0 created, 0 changed, 1 deleted", (await alone.RunAsync("import", file, "--prefix", "/", "--delete", "--force")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_only_transactions_make_are_named_and_can_be_left_out()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var alone = new ConsulKvProcess().With("CONSUL_HTTP_ADDR", agent.AddressText);
        using (var http = new HttpClient { BaseAddress = agent.Address })
            (await http.PutAsync("/v1/txn", new StringContent(JsonSerializer.Serialize(new[] { "/first", "a//b", "good" }.Select(key => new { KV = new { Verb = "set", Key = key, Value = "MQ==" } }))), Stop)).EnsureSuccessStatusCode();
        var export = (await alone.RunAsync("export", "--path", At("all.json"))).Exits(ExitCode.Healthy);
        Assert.Contains("2 keys of this export cannot be written by an import; the first: The key /first begins with a slash", export.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be written", (await alone.RunAsync("export", "--exclude", "/*", "--exclude", "*//*")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);

        var refused = (await alone.RunAsync("import", At("all.json"))).Exits(ExitCode.Usage).Error;
        Assert.Contains("/first", refused, StringComparison.Ordinal);
        Assert.Contains("a//b", refused, StringComparison.Ordinal);
        Assert.Contains("with --exclude and their names", refused.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("1 as they were, 2 left out", (await alone.RunAsync("import", At("all.json"), "--exclude", "/first", "--exclude", "a//b")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
        // Left out is left alone: a sweep does not take for an extra what it does not look at.
        Assert.Contains("0 deleted", (await alone.RunAsync("import", At("all.json"), "--exclude", "/first", "--exclude", "a//b", "--prefix", "/", "--delete", "--force")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
        Assert.Contains("1 created", (await alone.RunAsync("import", At("all.json"), "--exclude", "a//b", "--map", "/=slash/", "--map", "=")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
        Assert.Equal("1", await agent.GetKeyAsync("slash/first", Stop));
    }

    [Fact]
    public async Task A_file_that_was_added_and_imported_goes_back_and_forth_and_another_only_by_force()
    {
        var (root, place) = (AgentFixture.NewKey() + "/", At("grown"));
        await fixture.Agent.PutKeyAsync(root + "a", "old", Stop);
        string[] export = ["export", root, "--strip-prefix", "--path", place, "--format", "folder"];
        (await fixture.Process().RunAsync(export)).Exits(ExitCode.Healthy);
        await File.WriteAllTextAsync(Path.Combine(place, "b"), "new", Stop);
        (await fixture.Process().RunAsync("import", place, "--prefix", root)).Exits(ExitCode.Healthy);
        (await fixture.Process().RunAsync(export)).Exits(ExitCode.Healthy);

        await fixture.Agent.PutKeyAsync(root + "c", "theirs", Stop);
        await File.WriteAllTextAsync(Path.Combine(place, "c"), "mine", Stop);
        var refused = (await fixture.Process().RunAsync(export)).Exits(ExitCode.CouldNotRun);
        Assert.Contains("write over it with --force", string.Join(" ", refused.Error.Split((char[])[], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("-Force", refused.Error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(place, "c"), Stop));
        (await fixture.Process().RunAsync([.. export, "--force"])).Exits(ExitCode.Healthy);
        Assert.Equal("theirs", await File.ReadAllTextAsync(Path.Combine(place, "c"), Stop));
    }

    [Fact]
    public async Task A_prefix_that_every_key_has_already_is_told()
    {
        var root = AgentFixture.NewKey() + "/";
        var run = (await fixture.Process().RunAsync("import", Save((root + "b", "1"), (root + "a", "1")), "--prefix", root, "--plan")).Exits(ExitCode.Healthy);
        Assert.Contains($"makes it {root}{root}a", run.Error, StringComparison.Ordinal);
        Assert.Contains($"--map {root}={root}", run.Error, StringComparison.Ordinal);
        Assert.Contains($"Create {root}a", (await fixture.Process().RunAsync("import", Save((root + "a", "1")), "--map", $"{root}={root}", "--delete", "--plan")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("already", (await fixture.Process().RunAsync("import", Save((root + "b", "1"), ("a", "1")), "--prefix", root, "--plan")).Exits(ExitCode.Healthy).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_that_is_closed_early_ends_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows tells a writer of nothing before .NET hides it.");
        var root = AgentFixture.NewKey() + "/";
        (await fixture.Process().RunAsync("import", Save([.. Enumerable.Range(0, 5_000).Select(number => ($"{root}{number:0000}", new string('v', 300)))]))).Exits(ExitCode.Healthy);
        foreach (var line in new[] { new[] { "export", root }, ["export", root, "--format", "yaml"], ["compare", root, root + "x/"], ["compare", root, root + "x/", "--output", "json"], ["get", "--prefix", root] })
        {
            using var process = fixture.Process().Start(line);
            await process.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1], Stop);
            process.StandardOutput.Close();
            var error = await process.StandardError.ReadToEndAsync(Stop);
            await process.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromSeconds(30), Stop);
            Assert.True((process.ExitCode, error) == (ExitCode.CouldNotRun, ""), $"{string.Join(' ', line)}: {process.ExitCode} {error}");
        }
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_no_defect_of_the_program()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        var root = AgentFixture.NewKey() + "/";
        await fixture.Agent.PutKeyAsync(root + "a", "1", Stop);
        var shell = fixture.Process().Executable("/bin/sh");
        var run = (await shell.RunAsync("-c", $"exec dotnet '{typeof(CommandLine).Assembly.Location}' export {root} > /dev/full")).Exits(ExitCode.CouldNotRun);
        Assert.StartsWith("consulkv: the output could not be written: ", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>A document as Consul writes it.</summary>
    private string Save(params (string Key, string Value)[] keys)
    {
        var file = At($"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(keys.Select(row => new { key = row.Key, flags = 0, value = Convert.ToBase64String(Encoding.UTF8.GetBytes(row.Value)) })));
        return file;
    }

    private async Task<byte[]> ConsulAsync(byte[]? input, params string[] arguments)
    {
        var consul = fixture.Process().With("CONSUL_HTTP_TOKEN", fixture.Agent.ManagementToken).Executable(ConsulBinary.Locate().Path);
        if (input is not null) consul.Input(input);
        return (await consul.RunAsync(arguments)).Exits(0).Bytes;
    }
}
