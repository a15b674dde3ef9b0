using System.Globalization;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Any key that is accepted comes back the same through a real agent; any that is not has a reason.</summary>
[Collection(AclAgentTests.Name)]
public sealed class KeyPropertyTests(AclAgentFixture lab)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_come_back_the_same_and_nothing_else_is_there_or_they_are_refused_with_a_reason(bool inTransactions)
    {
        // An agent of its own: the whole store is compared.
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        var (reader, writer) = (new KvReader(session), new KvWriter(session));
        var (accepted, refused) = (0, 0);

        Prop.ForAll(Gen.ArrayOf(Keys()).ToArbitrary(), (string[] keys) => CheckAsync(keys.Distinct(StringComparer.Ordinal).Take(60).ToArray()).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
        Assert.True(accepted > 100 && refused > 30, $"{accepted} keys were accepted, {refused} refused");

        async Task<bool> CheckAsync(string[] keys)
        {
            var there = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in keys)
            {
                var write = new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes("value of " + key), Flags = (ulong)key.Length };
                var result = inTransactions ? Assert.Single(await writer.WriteAtomicAsync([write], Stop)) : await writer.WriteAsync(write, Stop);
                if (result.Outcome == ConsulKvOutcome.Written)
                {
                    there.Add(key);
                    accepted++;
                    continue;
                }
                refused++;
                Assert.Equal(ConsulKvOutcome.Failed, result.Outcome);
                Assert.True(result is { Code: not null, Message.Length: > 10, Remedy.Length: > 10 }, $"{Printable.Text(key)}: {result.Code}");
            }
            Assert.Equal(there.Order(StringComparer.Ordinal), (await StoreAsync(reader)).Order(StringComparer.Ordinal));
            foreach (var key in there)
            {
                var entry = (await reader.GetAsync(key, ConsulConsistency.Consistent, Stop)).Entry;
                Assert.True(entry?.Key == key && entry.Value == "value of " + key && entry.Flags == (ulong)key.Length, $"{Printable.Text(key)} came back as {Printable.Text(entry?.Key)}");
            }
            // Removed by the other way in, one by one, with the rest left in place.
            foreach (var key in there.ToArray())
            {
                var removal = new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.Delete };
                var result = inTransactions ? await writer.WriteAsync(removal, Stop) : Assert.Single(await writer.WriteAtomicAsync([removal], Stop));
                Assert.True(result.Outcome == ConsulKvOutcome.Written, $"{Printable.Text(key)}: {result.Outcome} {result.Code}");
                there.Remove(key);
                if (there.Count % 8 == 0) Assert.Equal(there.Order(StringComparer.Ordinal), (await StoreAsync(reader)).Order(StringComparer.Ordinal));
            }
            return true;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("p")]
    [InlineData("p/")]
    [InlineData("p%2F")]
    [InlineData("p%")]
    [InlineData("p+")]
    [InlineData("p ")]
    [InlineData("p?")]
    [InlineData("p#")]
    [InlineData("p&keys")]
    [InlineData("caf\u00e9")]
    [InlineData("cafe\u0301")]
    [InlineData("cafe")]
    [InlineData("\ud83d\ude80")]
    [InlineData("P/")]
    [InlineData("p\\")]
    public async Task A_prefix_is_a_row_of_bytes_and_finds_what_begins_with_them(string prefix)
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText);
        var (reader, writer) = (new KvReader(session), new KvWriter(session));
        string[] keys =
        [
            "p", "p/", "p/x", "p/.x", "p%2Fx", "p%x", "p%20x", "p+x", "p x", "p?x", "p#x", "p&keys", "P/x", "p\\x", "cafe", "caf\u00e9", "caf\u00e9/x", "cafe\u0301", "cafe\u0301/x", "\ud83d\ude80/x", "\ud83d\ude81/x",
        ];
        foreach (var key in keys) Assert.Equal(ConsulKvOutcome.Written, (await writer.WriteAsync(new ConsulKvWrite { Key = key, Value = [1] }, Stop)).Outcome);
        var expected = keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();

        var entries = new List<string>();
        await foreach (var entry in reader.ListAsync(prefix, ConsulConsistency.Consistent, (_, _) => { }, Stop)) entries.Add(entry.Key);
        Assert.Equal(expected, entries.Order(StringComparer.Ordinal));
        Assert.Equal(expected, (await StoreAsync(reader, prefix)).Order(StringComparer.Ordinal));

        Assert.Equal(ConsulKvOutcome.Written, (await writer.WriteAsync(new ConsulKvWrite { Key = prefix, Kind = ConsulKvWriteKind.DeleteTree }, Stop)).Outcome);
        Assert.Equal(keys.Except(expected).Order(StringComparer.Ordinal), (await StoreAsync(reader)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Key.Empty", "", "/v1/kv/", 400, "Missing key name")]
    [InlineData("Key.LeadingSlash", "/a", "/v1/kv//a", 301, "")]
    [InlineData("Key.DoubleSlash", "a//b", "/v1/kv/a//b", 301, "")]
    [InlineData("Key.DotSegments", "a/../b", "/v1/kv/a/../b", 301, "")]
    [InlineData("Key.DotSegments", "a/./b", "/v1/kv/a/./b", 301, "")]
    [InlineData("Key.DotSegments", "..", "/v1/kv/..", 301, "")]
    [InlineData("Agent.UnprintableFilter", "a\u00a0b", "/v1/kv/a%C2%A0b", 400, "")]
    [InlineData("Agent.UnprintableFilter", "a\0b", "/v1/kv/a%00b", 400, "")]
    [InlineData("Agent.UnprintableFilter", "a\nb", "/v1/kv/a%0Ab", 400, "")]
    public async Task What_is_refused_would_have_gone_wrong(string code, string key, string target, int status, string text)
    {
        using var session = lab.Session();

        var single = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key }, Stop);
        var atomic = Assert.Single(await new KvWriter(session).WriteAtomicAsync([new ConsulKvWrite { Key = key }], Stop));
        var raw = await RawAnswer.SendAsync(lab.Agent, "PUT", target, "v");

        Assert.Equal((ConsulKvOutcome.Failed, code), (single.Outcome, single.Code));
        Assert.Equal((ConsulKvOutcome.Failed, code), (atomic.Outcome, atomic.Code));
        Assert.Equal(status, raw.Status);
        Assert.Contains(text, raw.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_character_would_be_stored_under_a_name_that_no_list_can_show()
    {
        using var session = lab.Session();
        Assert.Equal("Key.InvalidUtf8", (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "half/\ud83d" }, Stop)).Code);

        // The three bytes that a careless encoder makes of it.
        Assert.Equal("true", (await RawAnswer.SendAsync(lab.Agent, "PUT", "/v1/kv/half/%ED%A0%BD", "v")).Text);
        Assert.Equal(["half/\ufffd\ufffd\ufffd"], await StoreAsync(new KvReader(session), "half/"));
        Assert.Equal("true", (await RawAnswer.SendAsync(lab.Agent, "DELETE", "/v1/kv/half/%ED%A0%BD")).Text);
    }

    [Fact]
    public async Task A_character_that_nobody_sees_would_be_stored_by_a_transaction_out_of_reach()
    {
        const string body = """[{"KV":{"Verb":"set","Key":"unseen/\u200bx","Value":""}}]""";
        Assert.Equal(200, (await RawAnswer.SendAsync(lab.Agent, "PUT", "/v1/txn", body)).Status);
        Assert.Equal(400, (await RawAnswer.SendAsync(lab.Agent, "GET", "/v1/kv/unseen/%E2%80%8Bx")).Status);
        Assert.Equal(400, (await RawAnswer.SendAsync(lab.Agent, "DELETE", "/v1/kv/unseen/%E2%80%8Bx")).Status);
        Assert.Equal("true", (await RawAnswer.SendAsync(lab.Agent, "DELETE", "/v1/kv/unseen/?recurse")).Text);
    }

    [Theory]
    [InlineData("k", 1)]
    [InlineData("ü", 6)]
    [InlineData("%", 3)]
    public void The_longest_path_leaves_room_for_the_rest_of_a_uri(string letter, int escaped)
    {
        // .NET 8 and Windows PowerShell refuse a URI of 65,520 characters; .NET 10 does not.
        var most = (60_000 - "/v1/kv/".Length) / escaped;

        Assert.Null(KvKey.Check(string.Concat(Enumerable.Repeat(letter, most)), isPrefix: false));
        Assert.Equal("Key.TooLong", KvKey.Check(string.Concat(Enumerable.Repeat(letter, most + 1)), isPrefix: false)?.Code);
    }

    private static async Task<List<string>> StoreAsync(KvReader reader, string prefix = "")
    {
        var names = new List<string>();
        await foreach (var name in reader.NamesAsync(prefix, null, ConsulConsistency.Consistent, (_, _) => { }, Stop)) names.Add(name);
        return names;
    }

    private static Gen<string> Keys()
    {
        var letter = Gen.Frequency(
            (40, Gen.Elements("abcXYZ019-_.~/%?#&=+:;,@!$'()*[] \\\"<>|^`{}".ToCharArray()).Select(one => one.ToString())),
            (5, Gen.Choose(0x00A1, 0x024F).Select(char.ConvertFromUtf32)),
            (2, Gen.Elements("%2F", "%2f", "%00", "%25", "..", "//", "a\u0301", "\u00e1", "\u00c1", "K", "\u212a", "\ufb01", "\u1e9e", "\ud83d\ude80", "\ud83c\udde9\ud83c\uddea", "\u65e5\u672c")),
            (1, Gen.Choose(0x3041, 0x3096).Select(char.ConvertFromUtf32)),
            (1, Gen.Elements("\0", "\t", "\n", "\u001b", "\u007f", "\u0085", "\u00a0", "\u200b", "\u2028", "\ufeff", "\ue000", "\ud800", "\udc00")));
        return Gen.ArrayOf(letter).Select(string.Concat);
    }

    [Theory]
    [InlineData("a b", "/v1/kv/a%20b")]
    [InlineData("a/b/", "/v1/kv/a/b/")]
    [InlineData("100%", "/v1/kv/100%25")]
    [InlineData("ä", "/v1/kv/%C3%A4")]
    public void A_path_is_escaped_once(string key, string path) => Assert.Equal(path, KvKey.Path(key));

    [Fact]
    public void A_key_that_is_too_long_for_a_path_is_refused_with_the_numbers()
    {
        var problem = KvKey.Check(new string('k', 70_000), isPrefix: false)!;

        Assert.Equal("Key.TooLong", problem.Code);
        Assert.Equal(70_000, Convert.ToInt32(problem.Evidence["size"], CultureInfo.InvariantCulture));
    }
}
