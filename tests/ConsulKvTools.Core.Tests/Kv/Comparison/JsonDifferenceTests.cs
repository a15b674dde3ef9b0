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
    [InlineData("text")]
    [InlineData("5")]
    [InlineData("\"a\"")]
    [InlineData("{broken")]
    [InlineData("")]
    public void What_is_no_object_and_no_list_is_compared_as_a_text(string text) => Assert.Null(JsonDifference.Parse(text));
}
