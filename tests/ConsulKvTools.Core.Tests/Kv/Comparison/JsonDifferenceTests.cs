using System.Diagnostics;
using System.Text;
using ConsulKvTools.Kv.Comparison;

namespace ConsulKvTools.Tests.Kv.Comparison;

public sealed class JsonDifferenceTests
{
    public static TheoryData<string, string> Pairs => new()
    {
        { """{"a":1,"b":[1,2]}""", """{ "b": [1, 2], "a": 1 }""" },
        { """{"a":1.0}""", """{"a":1}""" },
        { """{"a":1e2}""", """{"a":100}""" },
        { """{"a":"é"}""", """{"a":"\u00e9"}""" },
        { """{"a":1}""", """{"a":"1"}""" },
        { """{"a":null}""", "{}" },
        { "[1,2]", "[2,1]" },
        { "[]", "{}" },
        { """{"a":{"b":[{"c":true}]}}""", """{"a":{"b":[{"c":false}]}}""" },
        { """{"a":1,"a":2}""", """{"a":2}""" },
        { """{"a":"A"}""", """{"a":"a"}""" },
        { """{"a":-0}""", """{"a":0}""" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_is_the_same_is_what_jq_takes_for_the_same(string one, string other)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jq"), "there is no jq");
        using var process = Process.Start(new ProcessStartInfo("jq", ["-n", "--argjson", "a", one, "--argjson", "b", other, "$a == $b"]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var judged = bool.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        using var left = JsonDifference.Parse(one)!;
        using var right = JsonDifference.Parse(other)!;
        Assert.Equal(judged, JsonDifference.AreEqual(left.RootElement, right.RootElement));
        Assert.Equal(judged, JsonDifference.Between(left.RootElement, left.RootElement, right.RootElement, right.RootElement).Count == 0);
    }

    [Fact]
    public void Changes_are_told_path_by_path()
    {
        using var old = JsonDifference.Parse("""{"db":{"port":5432,"old":true},"hosts":["a","b"],"a b":1}""")!;
        using var now = JsonDifference.Parse("""{"hosts":["a","c","d"],"db":{"port":5433,"tls":{"on":true}},"a b":2}""")!;
        Assert.Equal(["~ $.db.port: 5432 → 5433", "- $.db.old: true", """+ $.db.tls: {"on":true}""", """~ $.hosts[1]: "b" → "c" """.TrimEnd(), """+ $.hosts[2]: "d" """.TrimEnd(), "~ $['a b']: 1 → 2"],
            JsonDifference.Between(old.RootElement, old.RootElement, now.RootElement, now.RootElement));
    }

    [Theory]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567891", false)]
    [InlineData("0.12345678901234567890123456789012", "0.12345678901234567890123456789099", false)]
    [InlineData("123456789012345678901234567890.0", "1.2345678901234567890123456789e29", true)]
    [InlineData("1e400", "1e500", false)]
    [InlineData("1e400", "10e399", true)]
    [InlineData("1e-30", "0", false)]
    [InlineData("-1", "1", false)]
    [InlineData("-0.0e7", "0", true)]
    [InlineData("100", "1", false)]
    [InlineData("18446744073709551615", "18446744073709551616", false)]
    [InlineData("1e99999999999999999999", "1e99999999999999999998", false)]
    public void Numbers_are_compared_exactly_however_long_they_are(string one, string other, bool same)
    {
        using var left = JsonDifference.Parse($"[{one}]")!;
        using var right = JsonDifference.Parse($"[{other}]")!;
        Assert.Equal(same, JsonDifference.AreEqual(left.RootElement, right.RootElement));
    }

    [Fact]
    public void JSON_that_is_nested_too_deep_is_told_from_what_is_none()
    {
        Assert.Null(JsonDifference.Parse(Nested(1000)));
        Assert.True(JsonDifference.IsTooDeep(Nested(1000)));
        Assert.True(JsonDifference.IsTooDeep(Nested(100_000)));
        Assert.False(JsonDifference.IsTooDeep(Nested(200)));
        // Where the one ends the other begins.
        Assert.False(JsonDifference.IsTooDeep(Nested(256)));
        Assert.True(JsonDifference.IsTooDeep(Nested(257)));
        using var deepest = JsonDifference.Parse(Nested(256));
        Assert.NotNull(deepest);
        Assert.Null(JsonDifference.Parse(Nested(257)));
        Assert.False(JsonDifference.IsTooDeep(Nested(1000) + "x"));
        Assert.False(JsonDifference.IsTooDeep("text"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deeper_nest_takes_no_longer_for_each_level()
    {
        await Task.Yield();
        Assert.True(JsonDifference.IsTooDeep(Nested(2_000_000)));
        Assert.False(JsonDifference.IsTooDeep(Nested(2_000_000) + "x"));
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udfff":1}""")]
    [InlineData("""[[{"a":["x\uDC00\uD800"]}]]""")]
    public void Half_a_character_is_no_text_that_could_be_compared(string text)
    {
        Assert.Null(JsonDifference.Parse(text));
        using var whole = JsonDifference.Parse("""{"a":"\ud83d\ude00"}""");
        Assert.NotNull(whole);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_long_list_takes_no_longer_for_each_element()
    {
        await Task.Yield();
        string List(int last) => $"[{string.Concat(Enumerable.Repeat("{},", 250_000))}{last}]";
        using var old = JsonDifference.Parse(List(1))!;
        using var now = JsonDifference.Parse(List(2))!;
        Assert.Equal(["~ $[250000]: 1 → 2"], JsonDifference.Between(old.RootElement, old.RootElement, now.RootElement, now.RootElement));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("5")]
    [InlineData("\"a\"")]
    [InlineData("{broken")]
    [InlineData("")]
    public void What_is_no_object_and_no_list_is_compared_as_a_text(string text) => Assert.Null(JsonDifference.Parse(text));

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
