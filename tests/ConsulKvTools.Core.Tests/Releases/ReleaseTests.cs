using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Releases;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Releases;

/// <summary>Trees that become current as a whole.</summary>
[Collection(AclAgentTests.Name)]
public sealed class ReleaseTests(AclAgentFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_published_tree_becomes_current_and_the_one_before_comes_back()
    {
        using var session = Open();
        var store = Store(session);
        await PublishAsync(store, "v1", ("host", "a"), ("db/port", "1"));
        await PublishAsync(store, "v2", ("host", "b"), ("db/port", "2"), ("new", "x"));
        await PublishAsync(store, "v3", ("host", "c"));

        Assert.Equal((null, "v1", ConsulKvOutcome.Written), Told(await SwitchAsync(store, "v1")));
        Assert.Equal(("v1", "v2", ConsulKvOutcome.Written), Told(await SwitchAsync(store, "v2")));
        Assert.Equal(("v2", "v2", ConsulKvOutcome.Unchanged), Told(await SwitchAsync(store, "v2")));
        Assert.Equal(("v2", "v3", ConsulKvOutcome.Written), Told(await SwitchAsync(store, "v3")));
        Assert.Equal(["c"], (await ReadAsync(store)).Select(entry => entry.Value));
        // Twice back is two back, and not there again.
        Assert.Equal(("v3", "v2", ConsulKvOutcome.Written), Told(await SwitchAsync(store, null)));
        Assert.Equal(("v2", "v1", ConsulKvOutcome.Written), Told(await SwitchAsync(store, null)));
        Assert.Equal(["1", "a"], (await ReadAsync(store)).Select(entry => entry.Value));
        Assert.Equal("Release.NoPrevious", await CodeOfAsync(() => SwitchAsync(store, null)));
        // What templates read: nothing but the prefix.
        Assert.Equal(store.Layout.Name + "/releases/v1/", (await new KvReader(session).GetAsync(store.Layout.Pointer, ConsulConsistency.Default, Stop)).Entry!.Value);
    }

    [Fact]
    public async Task The_list_says_which_is_current_which_comes_back_and_what_is_wrong()
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2", "v3", "v4" }) await PublishAsync(store, name, ("a", name));
        foreach (var name in new[] { "v1", "v2" }) await SwitchAsync(store, name);
        await PutAsync(session, store.Layout.Tree("v3") + "a", "changed");
        await PutAsync(session, store.Layout.Tree("v4") + "b", "added");
        await PutAsync(session, store.Layout.Tree("v5") + "b", "by hand");

        var listed = await new ReleaseList(store).ReadAsync(verify: true, null, Stop);

        Assert.Equal(["v1 Previous ", "v2 Current ", "v3 Damaged Release.Changed", "v4 Damaged Release.Changed", "v5 Unfinished Release.Unfinished"], listed.Select(one => $"{one.Release} {one.Status} {one.Finding?.Code}"));
        Assert.All(listed.Take(4), one => Assert.Equal((1L, 2L, ReleaseStore.Author), (one.Keys, one.Bytes!.Value, one.CreatedBy)));
        // The number of keys is seen without reading them, their values are not.
        Assert.Equal(ConsulKvReleaseStatus.Available, (await new ReleaseList(store).ReadAsync(verify: false, null, Stop)).Single(one => one.Release == "v3").Status);
    }

    [Theory]
    [InlineData("a value", "Release.Changed")]
    [InlineData("flags", "Release.Changed")]
    [InlineData("one key more", "Release.Changed")]
    [InlineData("one key less", "Release.Changed")]
    [InlineData("the manifest gone", "Release.Unfinished")]
    [InlineData("all gone", "Release.Missing")]
    [InlineData("the manifest foreign", "Release.RecordForeign")]
    public async Task A_release_that_is_not_what_was_published_is_not_switched_to(string change, string code)
    {
        using var session = Open();
        var store = Store(session);
        await PublishAsync(store, "v1", ("a", "1"), ("b", "2"));
        await SwitchAsync(store, "v1");
        await PublishAsync(store, "v2", ("a", "1"), ("b", "3"));
        var tree = store.Layout.Tree("v2");
        var writer = new KvWriter(session);
        switch (change)
        {
            case "a value": await PutAsync(session, tree + "b", "4"); break;
            case "flags": await writer.WriteAsync(new ConsulKvWrite { Key = tree + "b", Value = "3"u8.ToArray(), Flags = 9 }, Stop); break;
            case "one key more": await PutAsync(session, tree + "c", ""); break;
            case "one key less": await writer.WriteAsync(new ConsulKvWrite { Key = tree + "b", Kind = ConsulKvWriteKind.Delete }, Stop); break;
            case "the manifest foreign": await PutAsync(session, store.Layout.Manifest("v2"), "{}"); break;
            default:
                await writer.WriteAsync(new ConsulKvWrite { Key = store.Layout.Manifest("v2"), Kind = ConsulKvWriteKind.Delete }, Stop);
                if (change == "all gone") await writer.WriteAsync(new ConsulKvWrite { Key = tree, Kind = ConsulKvWriteKind.DeleteTree }, Stop);
                break;
        }

        Assert.Equal(code, await CodeOfAsync(() => SwitchAsync(store, "v2")));
        Assert.Equal("v1", (await store.StateAsync(ConsulConsistency.Consistent, Stop)).Current);
        FaultMatrix.Add(FaultOrigin.Real, $"a published release, {change}", code, "refused", TimeSpan.Zero);
    }

    [Theory]
    [InlineData("a key is changed")]
    [InlineData("a key is added")]
    [InlineData("a key of a large tree is changed")]
    [InlineData("the release is removed")]
    [InlineData("another switches")]
    public async Task What_happens_between_the_look_and_the_switch_is_not_switched_over(string meanwhile)
    {
        using var session = Open();
        var store = Store(session);
        var large = meanwhile.Contains("large");
        foreach (var name in new[] { "v1", "v2", "v3" })
            await new ReleasePublisher(store).PublishAsync(name, [.. Enumerable.Range(0, large ? 200 : 3).Select(number => new ConsulKvWrite { Key = $"k{number}", Value = Encoding.UTF8.GetBytes(name) })], false, Stop);
        await SwitchAsync(store, "v1");
        var switcher = new ReleaseSwitcher(store);
        var plan = await switcher.PlanAsync("v2", Stop);
        switch (meanwhile)
        {
            case "a key is added": await PutAsync(session, store.Layout.Tree("v2") + "k9999", "x"); break;
            case "the release is removed": await RemoveAsync(store, (await new ReleaseList(store).ReadAsync(false, null, Stop)).Single(one => one.Release == "v2")); break;
            case "another switches": await SwitchAsync(store, "v3"); break;
            default: await PutAsync(session, store.Layout.Tree("v2") + "k1", "x"); break;
        }

        var done = await switcher.RunAsync(plan, Stop);

        var (outcome, code, current) = meanwhile switch
        {
            "a key is changed" => (ConsulKvOutcome.Conflict, "Release.Changed", "v1"),
            "the release is removed" => (ConsulKvOutcome.Conflict, "Release.Missing", "v1"),
            "another switches" => (ConsulKvOutcome.Conflict, "Release.Raced", "v3"),
            _ => (ConsulKvOutcome.Failed, "Release.ChangedMeanwhile", "v1"),
        };
        Assert.Equal((outcome, code, current), (done.Outcome, done.Code, (await store.StateAsync(ConsulConsistency.Consistent, Stop)).Current));
        Assert.Equal(!large, done.IsCheckedWithin);
        FaultMatrix.Add(FaultOrigin.Real, $"between the look at a release and the switch {meanwhile}", code, "refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_removal_that_was_decided_before_a_switch_does_not_remove_what_became_current()
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2", "v3" }) await PublishAsync(store, name, ("a", name));
        foreach (var name in new[] { "v1", "v2", "v3" }) await SwitchAsync(store, name);
        var old = (await new ReleaseList(store).ReadAsync(false, null, Stop)).Single(one => one.Release == "v1");
        // The remover reads the state once more; what happens after that is what its transaction has to notice.
        using var through = ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = fixture.Agent.HttpAddress!.ToString(), Token = new ConsulSecret(fixture.ManagementToken),
            Handler = new BeforeTransaction(async () => Assert.Equal(ConsulKvOutcome.Written, (await SwitchAsync(store, "v1")).Outcome)),
        }, ConsulEnvironment.Empty);

        Assert.Equal(ConsulKvOutcome.Conflict, (await RemoveAsync(new ReleaseStore(through, store.Layout), old)).Outcome);
        Assert.Equal(["v1"], (await ReadAsync(store)).Select(entry => entry.Value));
    }

    [Fact]
    public async Task Keep_never_removes_what_is_current_what_comes_back_or_what_is_young()
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2", "v3", "v4", "v5", "v6" }) await PublishAsync(store, name, ("a", name));
        foreach (var name in new[] { "v1", "v3", "v2" }) await SwitchAsync(store, name);
        await PutAsync(session, store.Layout.Tree("v0") + "b", "unfinished");
        var all = await new ReleaseList(store).ReadAsync(false, null, Stop);
        var later = DateTimeOffset.UtcNow.AddHours(1);

        Assert.Equal(["v1", "v4"], ReleaseRemover.Removable(all, keep: 2, TimeSpan.FromMinutes(5), later).Select(one => one.Release));
        Assert.Empty(ReleaseRemover.Removable(all, keep: 2, TimeSpan.FromMinutes(5), DateTimeOffset.UtcNow));
        Assert.Empty(ReleaseRemover.Removable(all, keep: 6, TimeSpan.Zero, later));
        Assert.Equal("Release.InUse", await CodeOfAsync(() => RemoveAsync(store, all.Single(one => one.Release == "v2"))));
        Assert.Equal("Release.InUse", await CodeOfAsync(() => RemoveAsync(store, all.Single(one => one.Release == "v3"))));
        Assert.Equal(ConsulKvOutcome.Written, (await RemoveAsync(store, all.Single(one => one.Release == "v4"))).Outcome);
        Assert.DoesNotContain(await new ReleaseList(store).ReadAsync(false, null, Stop), one => one.Release == "v4");
        FaultMatrix.Add(FaultOrigin.Real, "the current release and the one before it were to be removed", "Release.InUse", "refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task Publishing_again_ends_what_broke_off_and_never_changes_what_is_published()
    {
        using var session = Open();
        var store = Store(session);
        await PutAsync(session, store.Layout.Tree("v1") + "stray", "x");
        ConsulKvWrite[] content = [new() { Key = "a", Value = "1"u8.ToArray() }];

        Assert.Equal("Release.Unfinished", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v1", content, false, Stop)));
        Assert.True((await new ReleasePublisher(store).PublishAsync("v1", content, true, Stop)).IsNew);
        Assert.Equal([store.Layout.Tree("v1") + "a"], await KeysAsync(session, store.Layout.Tree("v1")));
        Assert.False((await new ReleasePublisher(store).PublishAsync("v1", content, false, Stop)).IsNew);
        Assert.Equal("Release.Exists", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v1", [content[0] with { Value = "2"u8.ToArray() }], true, Stop)));
        Assert.Equal("Request.Invalid", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v2", [], true, Stop)));
        Assert.Equal("Request.Invalid", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v2", [content[0], content[0]], true, Stop)));
        Assert.Equal("Request.Invalid", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("a/b", content, true, Stop)));
        Assert.Equal("Request.Invalid", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v2", [content[0] with { Key = "" }], true, Stop)));
        await PutAsync(session, store.Layout.Tree("v3") + "by/hand", "x");
        Assert.Equal((1L, true), (await new ReleasePublisher(store).SealAsync("v3", Stop)) is var (manifest, isNew) ? (manifest.Keys, isNew) : default);
        Assert.Equal(ConsulKvOutcome.Written, (await SwitchAsync(store, "v3")).Outcome);
        FaultMatrix.Add(FaultOrigin.Real, "other content under the name of a published release", "Release.Exists", "refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_pointer_that_is_somebody_elses_is_left_alone()
    {
        using var session = Open();
        var store = Store(session);
        await PublishAsync(store, "v1", ("a", "1"));
        Assert.Equal("Release.NoCurrent", await CodeOfAsync(() => ReadAsync(store)));
        await PutAsync(session, store.Layout.Pointer, "elsewhere/");
        Assert.Equal("Release.PointerForeign", await CodeOfAsync(() => SwitchAsync(store, "v1")));
        FaultMatrix.Add(FaultOrigin.Real, "a reader before the first switch", "Release.NoCurrent", "refused", TimeSpan.Zero);
        FaultMatrix.Add(FaultOrigin.Real, "a pointer that was written by hand", "Release.PointerForeign", "refused", TimeSpan.Zero);
    }

    [Theory]
    [InlineData("before its first write", "Release.Exists")]
    [InlineData("when all of it is written", "Release.Unfinished")]
    public async Task Two_who_publish_other_content_under_one_name_do_not_spoil_each_others_tree(string when, string code)
    {
        using var session = Open();
        var store = Store(session);
        ConsulKvWrite[] Content(string who) => [.. Enumerable.Range(0, 5).Select(number => new ConsulKvWrite { Key = $"{who}{number}", Value = Encoding.UTF8.GetBytes(who) })];
        var early = when.StartsWith("before", StringComparison.Ordinal);
        var refused = new List<string>();
        // Early: the other is done between our look and our first write. Late: the other comes between our last write and our seal.
        var manifestPuts = 0;
        using var slow = Meeting(async () =>
        {
            if (early) await new ReleasePublisher(store).PublishAsync("v1", Content("other"), false, Stop);
            else refused.Add(await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v1", Content("other"), false, Stop)));
        }, request => request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath.Contains("/manifests/", StringComparison.Ordinal) && Interlocked.Increment(ref manifestPuts) == (early ? 1 : 2));

        var publisher = new ReleasePublisher(new ReleaseStore(slow, store.Layout));
        if (early) refused.Add(await CodeOfAsync(() => publisher.PublishAsync("v1", Content("mine"), false, Stop)));
        else Assert.True((await publisher.PublishAsync("v1", Content("mine"), false, Stop)).IsNew);

        Assert.Equal([code], refused);
        Assert.Equal("v1 Available True", Assert.Single(await new ReleaseList(store).ReadAsync(verify: true, null, Stop)) is var one ? $"{one.Release} {one.Status} {one.Verified}" : "");
        Assert.Equal(ConsulKvOutcome.Written, (await SwitchAsync(store, "v1")).Outcome);
        Assert.Equal([early ? "other" : "mine"], (await ReadAsync(store)).Select(entry => entry.Value).Distinct());
        FaultMatrix.Add(FaultOrigin.Real, $"other content published under the same name, {when}", code, "refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task What_broke_off_says_who_began_it_and_the_same_content_ends_it()
    {
        using var session = Open();
        var store = Store(session);
        ConsulKvWrite[] content = [.. Enumerable.Range(0, 100).Select(number => new ConsulKvWrite { Key = $"k{number}", Value = "1"u8.ToArray() })];
        // All but one of the keys can be written by this token, which does not show before: it takes what it sees.
        using var some = fixture.Session((await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{store.Layout.Name}}/" { policy = "write" } key "{{store.Layout.Tree("v1")}}k99" { policy = "read" }""", Stop)).SecretId);
        Assert.StartsWith("Acl.", await CodeOfAsync(() => new ReleasePublisher(new ReleaseStore(some, store.Layout)).PublishAsync("v1", content, true, Stop)), StringComparison.Ordinal);

        var listed = Assert.Single(await new ReleaseList(store).ReadAsync(false, null, Stop));
        Assert.Equal((ConsulKvReleaseStatus.Unfinished, null), (listed.Status, listed.Created));
        Assert.Contains($"{ReleaseStore.Author} began at", listed.Finding!.Title, StringComparison.Ordinal);
        Assert.Matches("and [0-9]{1,2} of 100 keys are there", listed.Finding.Title);
        Assert.Equal("Release.Unfinished", await CodeOfAsync(() => SwitchAsync(store, "v1")));
        Assert.Equal("Release.Unfinished", await CodeOfAsync(() => new ReleasePublisher(store).SealAsync("v1", Stop)));
        Assert.Equal("Release.Unfinished", await CodeOfAsync(() => new ReleasePublisher(store).PublishAsync("v1", [content[0]], false, Stop)));
        Assert.True((await new ReleasePublisher(store).PublishAsync("v1", content, false, Stop)).IsNew);
        Assert.Equal(ConsulKvOutcome.Written, (await SwitchAsync(store, "v1")).Outcome);
        FaultMatrix.Add(FaultOrigin.Real, "a publishing that broke off", "Release.Unfinished", "named, and brought to its end", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_removal_removes_all_of_a_release_or_nothing()
    {
        using var session = Open();
        var store = Store(session);
        await PublishAsync(store, "v1", ("a", "1"), ("b", "2"));
        var name = store.Layout.Name;
        using var some = fixture.Session((await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{name}}/" { policy = "write" } key "{{name}}/releases/v1/b" { policy = "read" }""", Stop)).SecretId);
        var release = Assert.Single(await new ReleaseList(store).ReadAsync(false, null, Stop));

        Assert.Equal(ConsulKvOutcome.Denied, (await RemoveAsync(new ReleaseStore(some, store.Layout), release)).Outcome);
        Assert.True(Assert.Single(await new ReleaseList(store).ReadAsync(true, null, Stop)).Verified);
        // Nor does one whose answer is lost leave anything behind.
        using var proxy = new TcpFaultProxy(fixture.Agent.Address);
        proxy.CutAfterRequest("PUT");
        using var through = fixture.Session(address: proxy.Address.OriginalString);
        Assert.Equal(ConsulKvOutcome.Written, (await RemoveAsync(new ReleaseStore(through, store.Layout), release)).Outcome);
        Assert.Empty(await KeysAsync(session, name + "/"));
        // What is in no manifest goes in the same way.
        await PutAsync(session, store.Layout.Tree("v2") + "stray", "x");
        Assert.Equal(ConsulKvOutcome.Written, (await RemoveAsync(store, Assert.Single(await new ReleaseList(store).ReadAsync(false, null, Stop)))).Outcome);
        Assert.Empty(await KeysAsync(session, name + "/"));
    }

    [Theory]
    [InlineData("history", "Release.RecordForeign", "v1 Available v2 Current v3 Available")]
    [InlineData("current", "Release.PointerForeign", "v1 Available v2 Previous v3 Available")]
    public async Task A_foreign_value_beside_the_releases_hides_none_of_them(string key, string code, string expected)
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2", "v3" }) await PublishAsync(store, name, ("a", name));
        foreach (var name in new[] { "v1", "v2" }) await SwitchAsync(store, name);
        await PutAsync(session, $"{store.Layout.Name}/{key}", "somebody else's");
        var told = new List<string>();

        var listed = await new ReleaseList(store).ReadAsync(false, problem => told.Add(problem.Code), Stop);

        Assert.Equal([code], told);
        Assert.Equal(expected, string.Join(' ', listed.Select(one => $"{one.Release} {one.Status}")));
        // Nothing is decided by half of the truth.
        Assert.Equal(code, await CodeOfAsync(() => new ReleaseList(store).ReadAsync(false, null, Stop)));
        Assert.Equal(code, await CodeOfAsync(() => RemoveAsync(store, listed[2])));
        Assert.Equal(code, await CodeOfAsync(() => SwitchAsync(store, "v3")));
    }

    [Theory]
    [InlineData("""key "{0}/releases/v1/b" {{ policy = "deny" }}""", "v1 Unknown Release.Unverifiable v2 Available ")]
    [InlineData("""key_prefix "{0}/releases/v1/" {{ policy = "deny" }}""", "v1 Unknown Release.Unverifiable v2 Available ")]
    [InlineData("""key_prefix "{0}/releases/" {{ policy = "deny" }}""", "v1 Unknown Acl.ReadFiltered v2 Unknown Acl.ReadFiltered")]
    [InlineData("""key "{0}/manifests/v1" {{ policy = "deny" }}""", "v2 Available  v1 Unknown Release.Unverifiable")]
    public async Task What_a_token_may_not_see_is_not_called_damaged(string rule, string expected)
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2" }) await PublishAsync(store, name, ("a", name), ("b", name));
        using var part = fixture.Session((await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{store.Layout.Name}}/" { policy = "read" } {{string.Format(System.Globalization.CultureInfo.InvariantCulture, rule, store.Layout.Name)}}""", Stop)).SecretId);

        foreach (var verify in new[] { false, true })
        {
            var listed = await new ReleaseList(new ReleaseStore(part, store.Layout)).ReadAsync(verify, _ => { }, Stop);
            Assert.Equal(expected, string.Join(' ', listed.Select(one => $"{one.Release} {one.Status} {one.Finding?.Code}")));
            Assert.DoesNotContain(listed, one => one.Verified == false);
        }
        // Who may see all of it is told what is so.
        await PutAsync(session, store.Layout.Tree("v1") + "b", "changed");
        Assert.Equal(ConsulKvReleaseStatus.Damaged, (await new ReleaseList(store).ReadAsync(true, null, Stop))[0].Status);
        FaultMatrix.Add(FaultOrigin.Real, "a release of which the token may read a part", "Release.Unverifiable", "said", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_prefix_is_published_whole_or_not_at_all()
    {
        using var session = Open();
        var store = Store(session);
        var name = store.Layout.Name;
        await PublishAsync(store, "v1", ("a", "1"));
        await SwitchAsync(store, "v1");
        foreach (var key in new[] { "", "a", "b/c" }) await PutAsync(session, $"{name}/{key}", key + "x");
        using var part = fixture.Session((await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{name}}/" { policy = "write" } key "{{name}}/b/c" { policy = "deny" }""", Stop)).SecretId);
        Task<(IReadOnlyList<ConsulKvWrite> Content, ConsulKvEntry? Folder)> Of(ConsulKvSession from, bool asSeen = false) => ReleasePublisher.ContentOfAsync(new ReleaseStore(from, store.Layout), name + "/", asSeen, Stop);

        // Neither the releases themselves nor the prefix's own key.
        var (content, folder) = await Of(session);
        Assert.Equal(["a", "b/c"], content.Select(write => write.Key));
        Assert.Equal("x", folder!.Value);
        Assert.Equal("Release.SourceUnverifiable", await CodeOfAsync(() => Of(part)));
        Assert.Equal(["a"], (await Of(part, asSeen: true)).Content.Select(write => write.Key));
        FaultMatrix.Add(FaultOrigin.Real, "a prefix of which the token may read a part was to be published", "Release.SourceUnverifiable", "refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task What_a_token_sees_in_part_is_not_sealed_as_a_whole()
    {
        using var session = Open();
        var store = Store(session);
        using var part = fixture.Session((await fixture.Agent.CreateTokenAsync($$"""key_prefix "{{store.Layout.Name}}/" { policy = "write" } key_prefix "{{store.Layout.Releases}}v1/secret/" { policy = "deny" }""", Stop)).SecretId);
        var publisher = new ReleasePublisher(new ReleaseStore(part, store.Layout));
        await PutAsync(session, store.Layout.Tree("v1") + "color", "red");
        await PutAsync(session, store.Layout.Tree("v1") + "secret/password", "x");
        ConsulKvWrite[] visible = [new() { Key = "color", Value = "red"u8.ToArray() }];

        Assert.Equal("Release.SourceUnverifiable", await CodeOfAsync(() => publisher.CanSealAsync("v1", Stop)));
        Assert.Equal("Release.SourceUnverifiable", await CodeOfAsync(() => publisher.SealAsync("v1", Stop)));
        Assert.Equal("Release.SourceUnverifiable", await CodeOfAsync(() => publisher.PublishAsync("v1", visible, false, Stop)));
        Assert.Equal(ConsulKvReleaseStatus.Unfinished, Assert.Single(await new ReleaseList(store).ReadAsync(true, null, Stop)).Status);
        // Elsewhere nothing is hidden from it, and who says so takes what is seen.
        Assert.True((await publisher.PublishAsync("v2", visible, false, Stop)).IsNew);
        Assert.True((await publisher.PublishAsync("v1", visible, true, Stop)).IsNew);
        // Who sees all of it seals all of it.
        await PutAsync(session, store.Layout.Tree("v3") + "secret/password", "x");
        Assert.Equal(1, (await new ReleasePublisher(store).SealAsync("v3", Stop)).Manifest.Keys);
        FaultMatrix.Add(FaultOrigin.Real, "a tree of which the token may read a part was to be sealed as a release", "Release.SourceUnverifiable", "refused", TimeSpan.Zero);
    }

    [Theory]
    [InlineData("it is sealed", null)]
    [InlineData("another takes its name", null)]
    [InlineData("it is switched to, and away from twice", "Release.InUse")]
    public async Task What_became_of_a_release_after_it_was_looked_at_is_not_removed(string meanwhile, string? code)
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2" }) await PublishAsync(store, name, ("a", name));
        await SwitchAsync(store, "v1");
        if (meanwhile == "it is sealed") await PutAsync(session, store.Layout.Tree("v3") + "a", "x");
        else await PublishAsync(store, "v3", ("a", "old"));
        var seen = (await new ReleaseList(store).ReadAsync(false, null, Stop)).Single(one => one.Release == "v3");
        switch (meanwhile)
        {
            case "it is sealed": await new ReleasePublisher(store).SealAsync("v3", Stop); break;
            case "another takes its name":
                Assert.Equal(ConsulKvOutcome.Written, (await RemoveAsync(store, seen)).Outcome);
                await PublishAsync(store, "v3", ("a", "new"));
                break;
            default:
                foreach (var name in new[] { "v3", "v1", "v2" }) await SwitchAsync(store, name);
                break;
        }

        // Long after it was published, as it was listed; a minute after it was left.
        var later = seen with { Created = seen.Created is null ? null : DateTimeOffset.UtcNow.AddHours(-1) };
        if (code is not null) Assert.Equal(code, await CodeOfAsync(() => RemoveAsync(store, later, TimeSpan.FromMinutes(5))));
        else
        {
            var refused = await RemoveAsync(store, later);
            Assert.Equal(ConsulKvOutcome.Conflict, refused.Outcome);
            Assert.NotNull(refused.Finding);
            Assert.EndsWith("v3 was not removed: it was sealed, published anew or removed after it was looked at", refused.Message, StringComparison.Ordinal);
        }
        Assert.True((await new ReleaseList(store).ReadAsync(true, null, Stop)).Single(one => one.Release == "v3").Verified);
    }

    [Theory]
    [InlineData("there was none before", ConsulKvOutcome.Failed, null, "nothing is current again")]
    [InlineData("the one before is gone", ConsulKvOutcome.Written, "v2", "v1 is not there any more")]
    [InlineData("another has switched since", ConsulKvOutcome.Written, "v3", "somebody has switched again since")]
    [InlineData("it cannot be undone", ConsulKvOutcome.Written, "v2", "could not be switched back")]
    public async Task A_switch_that_stands_is_not_called_failed(string before, ConsulKvOutcome expected, string? current, string said)
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v1", "v2", "v3" }) await PublishAsync(store, name, ("a", name));
        if (before != "there was none before") await SwitchAsync(store, "v1");
        var plan = await new ReleaseSwitcher(store).PlanAsync("v2", Stop);
        var transactions = 0;
        using var meeting = ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = fixture.Agent.HttpAddress!.ToString(), Token = new ConsulSecret(fixture.ManagementToken), RetryPolicy = new ConsulRetryPolicy { MaxAttempts = 1 },
            // The first read of the tree after the switch is where it is seen to be changed.
            Handler = new BeforeTransaction(async () =>
            {
                await PutAsync(session, store.Layout.Tree("v2") + "added", "x");
                if (before == "another has switched since") await SwitchAsync(store, "v3");
                if (before == "the one before is gone") await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = store.Layout.Manifest("v1"), Kind = ConsulKvWriteKind.Delete }, Stop);
            }, request =>
            {
                if (request.RequestUri!.AbsolutePath == "/v1/txn" && Interlocked.Increment(ref transactions) > 1 && before == "it cannot be undone") throw new HttpRequestException("refused", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused));
                return transactions == 1 && request.Method == HttpMethod.Get;
            }),
        }, ConsulEnvironment.Empty);

        var done = await new ReleaseSwitcher(new ReleaseStore(meeting, store.Layout)).RunAsync(plan, Stop);

        var state = await store.StateAsync(ConsulConsistency.Consistent, Stop);
        Assert.Equal((expected, "Release.ChangedMeanwhile", current), (done.Outcome, done.Code, state.Current));
        Assert.Contains(said, done.Message, StringComparison.Ordinal);
        if (current is null) Assert.Empty(state.History.Changes);
        FaultMatrix.Add(FaultOrigin.Real, $"a tree was changed while it was switched to; {before}", "Release.ChangedMeanwhile", expected == ConsulKvOutcome.Failed ? "undone" : "said", TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_reads_needs_no_right_to_the_history()
    {
        using var session = Open();
        var store = Store(session);
        await PublishAsync(store, "v1", ("a", "1"));
        await SwitchAsync(store, "v1");
        var name = store.Layout.Name;
        using var reader = fixture.Session((await fixture.Agent.CreateTokenAsync($$"""key "{{name}}/current" { policy = "read" } key_prefix "{{name}}/manifests/" { policy = "read" } key_prefix "{{name}}/releases/" { policy = "read" }""", Stop)).SecretId);

        Assert.Equal(["1"], (await ReadAsync(new ReleaseStore(reader, store.Layout))).Select(entry => entry.Value));
        // Nor is a reader disturbed by what stands there.
        await PutAsync(session, store.Layout.History, "somebody else's");
        Assert.Equal(["1"], (await ReadAsync(store)).Select(entry => entry.Value));
    }

    [Theory]
    [InlineData(0, "v1")]
    [InlineData(40, "v1")]
    [InlineData(60, null)]
    public void What_the_history_has_forgotten_is_no_way_back_and_nothing_else_is_taken_for_it(int canaries, string? expected)
    {
        var history = ReleaseHistory.Empty;
        string? current = null;
        void To(string release, bool back = false)
        {
            history = history.With(new ReleaseChange(Guid.NewGuid(), DateTimeOffset.UnixEpoch, current, release, back, "x"));
            current = release;
        }

        foreach (var release in new[] { "v1", "v2", "v3" }) To(release);
        To("v2", back: true);
        for (var number = 0; number < canaries; number++)
        {
            To("canary");
            To("v2", back: true);
        }
        Assert.Equal(expected, history.Before(current).FirstOrDefault());
        // And half a canary later.
        To("canary");
        Assert.Equal("v2", history.Before(current)[0]);
    }

    [Fact]
    public async Task What_was_removed_is_passed_over_on_the_way_back()
    {
        using var session = Open();
        var store = Store(session);
        foreach (var name in new[] { "v0", "v1", "v2", "v3" })
        {
            await PublishAsync(store, name, ("n", name));
            await SwitchAsync(store, name);
        }
        var now = DateTimeOffset.UtcNow.AddHours(1);
        async Task<ConsulKvRelease> ListedAsync(string name) => (await new ReleaseList(store).ReadAsync(verify: false, null, Stop)).Single(one => one.Release == name);
        async Task<ConsulKvOutcome> RemoveAsync(string name) => (await new ReleaseRemover(store).RemoveAsync(await ListedAsync(name) with { Status = ConsulKvReleaseStatus.Available }, TimeSpan.Zero, now, Stop)).Outcome;
        Assert.Equal(ConsulKvOutcome.Written, await RemoveAsync("v1"));

        Assert.Equal(("v3", "v2", ConsulKvOutcome.Written), Told(await SwitchAsync(store, null)));
        // An unfinished one is none to go back to either.
        await PutAsync(session, store.Layout.Tree("v1") + "n", "by hand");
        Assert.Equal(ConsulKvReleaseStatus.Previous, (await ListedAsync("v0")).Status);
        Assert.Equal("Release.InUse", await CodeOfAsync(() => RemoveAsync("v0")));
        Assert.Equal(("v2", "v0", ConsulKvOutcome.Written), Told(await SwitchAsync(store, null)));
        Assert.Equal("Release.NoPrevious", await CodeOfAsync(() => SwitchAsync(store, null)));
    }

    [Fact]
    public async Task A_switch_whose_answers_are_all_lost_is_found_out_by_its_history()
    {
        using var direct = Open();
        var store = Store(direct);
        await PublishAsync(store, "v1", ("a", "1"));
        await PublishAsync(store, "v2", ("a", "2"));
        await SwitchAsync(store, "v1");
        using var proxy = new TcpFaultProxy(fixture.Agent.Address);
        proxy.CutAfterRequest("PUT");
        using var session = fixture.Session(address: proxy.Address.OriginalString);

        var done = await SwitchAsync(new ReleaseStore(session, store.Layout), "v2");

        Assert.Equal(ConsulKvOutcome.Written, done.Outcome);
        Assert.Equal("v2", (await store.StateAsync(ConsulConsistency.Consistent, Stop)).Current);
        Assert.Contains((await store.StateAsync(ConsulConsistency.Consistent, Stop)).History.Changes, change => change.Id == done.Id);
        Assert.Contains(done.Attempts, attempt => attempt.Effect == WriteEffect.Ambiguous);
    }

    [Theory]
    [InlineData("app/releases/v1", "app/releases/")]
    [InlineData("team/app/releases/v1/deep", "team/app/releases/")]
    [InlineData("app/releases/", "app/releases/")]
    [InlineData("app/manifests", "app/manifests/")]
    [InlineData("releases/app", null)]
    [InlineData("manifests", null)]
    [InlineData("app/myreleases/releases-old", null)]
    public async Task Nothing_is_published_among_the_releases_of_another_configuration(string name, string? around)
    {
        using var session = Open();
        var store = new ReleaseStore(session, ReleaseLayout.Of(name));
        if (around is null)
        {
            store.Layout.CheckToPublish("x1");
            return;
        }
        var refused = await Assert.ThrowsAnyAsync<ConsulException>(() => PublishAsync(store, "x1", ("a", "1")));
        Assert.Equal("Request.Invalid", refused.Finding.Code);
        Assert.Contains($" lies below {around}, ", refused.Finding.Title);
        Assert.Equal("Request.Invalid", await CodeOfAsync(() => new ReleasePublisher(store).SealAsync("x1", Stop)));
        // It reaches the store: what an older version published there can be switched to and removed.
        Assert.Equal("Release.Missing", await CodeOfAsync(() => SwitchAsync(store, "x1")));
        Assert.Empty(await new ReleaseList(store).ReadAsync(verify: true, null, Stop));
    }

    [Fact]
    public async Task The_digest_depends_on_names_values_and_flags_and_on_nothing_else()
    {
        static string Of(params (string Name, string Value, ulong Flags)[] keys)
        {
            var tree = new ReleaseTree();
            foreach (var (name, value, flags) in keys) Assert.True(tree.TryAdd(name, Encoding.UTF8.GetBytes(value), flags, index: (ulong)value.Length));
            return tree.Digest;
        }

        Assert.Equal(Of(("a", "1", 0), ("b", "2", 0)), Of(("b", "2", 0), ("a", "1", 0)));
        string[] all = [Of(("a", "1", 0), ("b", "2", 0)), Of(("a", "2", 0), ("b", "1", 0)), Of(("a", "1", 1), ("b", "2", 0)), Of(("a", "1", 0)), Of(("ab", "12", 0)), Of(("a1", "b2", 0)), Of()];
        Assert.Equal(all.Length, all.Distinct().Count());
        await Task.CompletedTask;
    }

    /// <summary>A session in which something happens before the first of certain requests.</summary>
    private ConsulKvSession Meeting(Func<Task> first, Func<HttpRequestMessage, bool> which) => ConsulKvSession.Create(new ConsulSessionOptions
    {
        Address = fixture.Agent.HttpAddress!.ToString(), Token = new ConsulSecret(fixture.ManagementToken), Handler = new BeforeTransaction(first, which),
    }, ConsulEnvironment.Empty);

    private ConsulKvSession Open() => fixture.Session();

    private static ReleaseStore Store(ConsulKvSession session) => new(session, ReleaseLayout.Of($"releases-{Guid.NewGuid():N}/app/"));

    private static Task PublishAsync(ReleaseStore store, string name, params (string Key, string Value)[] content) =>
        new ReleasePublisher(store).PublishAsync(name, [.. content.Select(one => new ConsulKvWrite { Key = one.Key, Value = Encoding.UTF8.GetBytes(one.Value) })], false, Stop);

    private static async Task<ConsulKvReleaseSwitch> SwitchAsync(ReleaseStore store, string? name)
    {
        var switcher = new ReleaseSwitcher(store);
        return await switcher.RunAsync(await switcher.PlanAsync(name, Stop), Stop);
    }

    private static Task<ConsulKvWriteResult> RemoveAsync(ReleaseStore store, ConsulKvRelease release, TimeSpan grace = default) =>
        new ReleaseRemover(store).RemoveAsync(release, grace, DateTimeOffset.UtcNow, Stop);

    private static async Task<IReadOnlyList<ConsulKvEntry>> ReadAsync(ReleaseStore store) => (await new ReleaseReader(store).ReadAsync(ConsulConsistency.Default, Stop)).Entries;

    private static async Task PutAsync(ConsulKvSession session, string key, string value) =>
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes(value) }, Stop)).Outcome);

    private static async Task<List<string>> KeysAsync(ConsulKvSession session, string prefix)
    {
        var keys = new List<string>();
        await foreach (var key in new KvReader(session).NamesAsync(prefix, null, ConsulConsistency.Consistent, (_, _) => { }, Stop)) keys.Add(key);
        return keys;
    }

    private static async Task<string> CodeOfAsync(Func<Task> action) => (await Assert.ThrowsAnyAsync<ConsulException>(action)).Finding.Code;

    private static (string? From, string To, ConsulKvOutcome Outcome) Told(ConsulKvReleaseSwitch done) => (done.From, done.To, done.Outcome);
}
