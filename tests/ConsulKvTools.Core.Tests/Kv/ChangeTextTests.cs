using System.Globalization;
using System.Text;
using ConsulKvTools.Kv.Changes;
using ConsulKvTools.Kv.Progress;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace ConsulKvTools.Tests.Kv;

/// <summary>What -WhatIf shows of a change, and what long work says of itself.</summary>
public sealed class ChangeTextTests
{
    private static readonly ConsulKvSession Session = LabSessions.Open("http://127.0.0.1:1", "6f9a1c52-0000-4000-8000-secretsecret");

    [Fact]
    public void Lines_that_are_taken_out_and_put_in_make_the_new_text_of_the_old()
    {
        Prop.ForAll(Lines().ToArbitrary(), Lines().ToArbitrary(), (string[] old, string[] now) =>
        {
            var changes = LineDifference.Between(old, now);
            var made = new List<string>();
            var at = 0;
            foreach (var change in changes)
            {
                made.AddRange(old[at..change.OldLine]);
                Assert.Equal(made.Count, change.NewLine);
                made.AddRange(now[change.NewLine..(change.NewLine + change.Added)]);
                at = change.OldLine + change.Removed;
            }
            made.AddRange(old[at..]);
            Assert.Equal(now, made);
            Assert.Equal(old.SequenceEqual(now), changes.Count == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void One_line_of_many_is_found_wherever_it_stands()
    {
        var old = Enumerable.Range(0, 900).Select(number => $"line {number}").ToArray();
        var now = old.ToArray();
        (now[3], now[890]) = ("other", "another");
        Assert.Equal([new LineChange(3, 1, 3, 1), new LineChange(890, 1, 890, 1)], LineDifference.Between(old, now));
    }

    [Theory]
    [InlineData("old", "new", "Set k: 'old' → 'new'")]
    [InlineData("old", "old", "Set k: no change, it is 'old' already")]
    [InlineData("", "x", "Set k: '' → 'x'")]
    [InlineData("a\nb\nc", "a\nB\nc", "Set k: the text changes, 1 line out and 1 in\n  @@ line 2 @@\n  - b\n  + B")]
    [InlineData("a\nb", "a\r\nb", "Set k: the text changes, 1 line out and 1 in\n  @@ line 1 @@\n  - a\n  + a\\r")]
    [InlineData("a", "a\n", "Set k: the text changes, 0 lines out and 1 in\n  @@ line 2 @@\n  + (a line break at the end)")]
    [InlineData("\u001b[31mred", "\u0007", "Set k: '\\u001b[31mred' → '\\u0007'")]
    public void A_change_is_shown(string old, string now, string text) => Assert.Equal(text, Of(Put(now), Entry(old)));

    [Fact]
    public void JSON_is_compared_member_by_member()
    {
        const string Old = """{"name":"service","port":8080,"tags":["one","two"],"check":{"interval":"10s"}}""";
        Assert.Equal("Set k: the JSON changes, 1 line out and 1 in\n  @@ line 3 @@\n  -   \"port\": 8080,\n  +   \"port\": 8081,", Of(Put(Old.Replace("8080", "8081")), Entry(Old)));
        Assert.Equal("Set k: the same JSON, written differently (78 bytes → 79 bytes)", Of(Put(Old.Replace("8080,", "8080, ")), Entry(Old)));
    }

    [Fact]
    public void Long_lines_are_shown_around_what_differs()
    {
        var text = Of(Put(new string('a', 500) + "NEW" + new string('z', 500)), Entry(new string('a', 500) + "OLD" + new string('z', 500)));
        Assert.Equal($"Set k: '…{new string('a', 20)}OLD{new string('z', 20)}…' → '…{new string('a', 20)}NEW{new string('z', 20)}…', at character 501 of 1,003", text);
    }

    [Fact]
    public void Bytes_are_shown_from_where_they_differ()
    {
        Assert.Equal("Set k: (4 bytes) → (5 bytes), from byte 3: 02 03 → 09 09 09", Of(new ConsulKvWrite { Key = "k", Value = [0xff, 1, 9, 9, 9] }, Entry([0xff, 1, 2, 3])));
        Assert.Equal("Set k: (2 bytes: ff fe) → 'text'", Of(Put("text"), Entry([0xff, 0xfe])));
    }

    [Fact]
    public void Huge_values_stay_short_and_quick()
    {
        var random = new Random(1);
        string Huge(int lines) => string.Join('\n', Enumerable.Range(0, lines).Select(_ => random.Next().ToString(CultureInfo.InvariantCulture)));
        foreach (var (old, now) in new[] { (Huge(200_000), Huge(200_000)), (Huge(60_000), Huge(60_000)), (new string('x', 3_000_000), new string('y', 3_000_000)) })
        {
            var text = Of(Put(now), Entry(old));
            Assert.True(text.Length < 6000 && text.Split('\n').Length < 60, $"{text.Length} characters");
        }
        var bytes = new byte[1_000_000];
        bytes[0] = 0xff;
        Assert.True(Of(new ConsulKvWrite { Key = "k", Value = bytes }, Entry(new byte[1_000_000])).Length < 600);
    }

    [Fact]
    public void The_sessions_own_token_is_not_shown_even_if_a_value_holds_it()
    {
        const string Token = "6f9a1c52-0000-4000-8000-secretsecret";
        var padding = new string('a', 100);
        foreach (var (old, now) in new[] { (Token, "x"), ("x", Token), ($"a\n{Token}", "a\nb"), ($"{padding}{Token}", $"{padding}{Token[..10]}!{Token[10..]}"), ($$"""{"token":"{{Token}}","padding":"{{padding}}"}""", $$"""{"token":"","padding":"{{padding}}"}""") })
        {
            var text = Of(Put(now), Entry(old));
            Assert.DoesNotContain("secret" + "secret", text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("secret" + "secret", KvChangeText.Removal(Session, Put(""), Entry(Token), null), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_that_came_hidden_stay_hidden()
    {
        const string Secret = "Tr0ub4dor&3";
        foreach (var (old, now) in new[] { (Secret, Secret + "x"), ("x", Secret), ($"password={Secret}\na", $"password={Secret}x\na"), ($$"""{"password":"{{Secret}}"}""", $$"""{"password":"{{Secret}}x"}""") })
        {
            var write = new ConsulKvWrite { Key = "db/password", Value = Encoding.UTF8.GetBytes(now) };
            foreach (var text in new[]
            {
                KvChangeText.Of(Session, write, Entry(old), null, hidesSecrets: true), KvChangeText.Of(Session, write, null, null, hidesSecrets: true),
                KvChangeText.Of(Session, write, null, "Acl.PermissionDenied", hidesSecrets: true), KvChangeText.Removal(Session, write, Entry(now), null, hidesSecrets: true),
            })
            {
                Assert.DoesNotContain("Tr0u", text, StringComparison.Ordinal);
                Assert.Contains("<hidden ", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Half_a_character_in_JSON_is_shown_as_text() =>
        Assert.Contains("ud800", Of(Put("""{"a":"\ud800","b":"a long text that makes this JSON too long for one line of it"}"""), Entry("""{"a":"\ud801","b":"a long text that makes this JSON too long for one line of it"}""")), StringComparison.Ordinal);

    [Fact]
    public void It_says_what_would_be_refused()
    {
        var held = new ConsulKvEntry { Key = "k", Bytes = "old"u8.ToArray(), ModifyIndex = 7, LockSession = "theirs" };
        var entry = new ConsulKvEntry { Key = "k", Bytes = "old"u8.ToArray(), ModifyIndex = 7 };
        var put = Put("new");
        Assert.EndsWith("; would be refused, because its index is 7, not 6", Of(put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = 6 }, entry), StringComparison.Ordinal);
        Assert.EndsWith("'old' → 'new'", Of(put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = 7 }, entry), StringComparison.Ordinal);
        Assert.Contains("would be refused, because there is no such key", Of(put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = 6 }, null), StringComparison.Ordinal);
        Assert.EndsWith("; would be refused, because the key exists", Of(put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = 0 }, entry), StringComparison.Ordinal);
        Assert.EndsWith("; would be refused, because the key exists", Of(put with { Kind = ConsulKvWriteKind.CreateOnly }, entry), StringComparison.Ordinal);
        Assert.EndsWith("; would be refused, because the lock session theirs holds it", Of(put with { Kind = ConsulKvWriteKind.Acquire, LockSession = "mine" }, held), StringComparison.Ordinal);
        Assert.EndsWith("; would be refused, because no lock session holds it", Of(put with { Kind = ConsulKvWriteKind.Release, LockSession = "mine" }, entry), StringComparison.Ordinal);
        Assert.Contains("locked by theirs", Of(put, held), StringComparison.Ordinal);
        Assert.Contains("would be refused, because its index is 7, not 3", KvChangeText.Removal(Session, put with { Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = 3 }, entry, null), StringComparison.Ordinal);
        Assert.Equal("Set k: (no such key, would be created) → 'new', flags 3", Of(put with { Flags = 3 }, null));
        Assert.Equal("Set k: 'old' stays, flags 0 → 3", Of(Put("old") with { Flags = 3 }, entry));
    }

    [Fact]
    public void Work_says_nothing_for_a_second_then_a_few_times_a_second_with_what_is_left()
    {
        var time = new FakeTimeProvider();
        var meter = new WorkMeter(time, total: 1000);
        time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Null(meter.Add(100));
        Assert.False(meter.IsShown);
        time.Advance(TimeSpan.FromMilliseconds(1100));
        Assert.Equal(new WorkStatus("400 of 1,000, 200 a second", 40, TimeSpan.FromSeconds(3)), meter.Add(300));
        Assert.True(meter.IsShown);
        Assert.Null(meter.Add(1));
        time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Null(meter.Add(1));
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.NotNull(meter.Add(1));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.EndsWith(", nothing for 5 s", meter.Add(0)!.Value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_without_a_known_end_says_count_and_rate()
    {
        var time = new FakeTimeProvider();
        var meter = new WorkMeter(time);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(new WorkStatus("waiting for the first answer for 4 s", null, null), meter.Add(0));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new WorkStatus("5,000 done, 1,000 a second", null, null), meter.Add(5000));
    }

    private static string Of(ConsulKvWrite write, ConsulKvEntry? now) => KvChangeText.Of(Session, write, now, null);

    private static ConsulKvWrite Put(string value) => new() { Key = "k", Value = Encoding.UTF8.GetBytes(value) };

    private static ConsulKvEntry Entry(string value) => Entry(Encoding.UTF8.GetBytes(value));

    private static ConsulKvEntry Entry(byte[] value) => new() { Key = "k", Bytes = value, ModifyIndex = 7 };

    private static Gen<string[]> Lines() => Gen.ArrayOf(Gen.Elements("a", "b", "c", ""));
}
