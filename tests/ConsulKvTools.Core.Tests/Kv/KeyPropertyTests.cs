using System.Globalization;
using ConsulKvTools.Kv;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Any key that is accepted comes back the same through a real agent; any that is not has a reason.</summary>
[Collection(AclAgentTests.Name)]
public sealed class KeyPropertyTests(AclAgentFixture lab)
{
    [Fact]
    public void A_key_comes_back_the_same_or_is_refused_with_a_reason()
    {
        using var session = lab.Session();
        var (reader, writer) = (new KvReader(session), new KvWriter(session));
        var accepted = 0;

        Prop.ForAll(Keys(), key =>
        {
            var stored = "prop/" + key;
            var written = writer.WriteAsync(new ConsulKvWrite { Key = stored, Value = "v"u8.ToArray() }, TestContext.Current.CancellationToken).Result;
            if (written.Outcome != ConsulKvOutcome.Written) return written.Code is not null && written.Outcome == ConsulKvOutcome.Failed;
            accepted++;
            var read = reader.GetAsync(stored, ConsulConsistency.Consistent, TestContext.Current.CancellationToken).Result;
            var removed = writer.WriteAsync(new ConsulKvWrite { Key = stored, Kind = ConsulKvWriteKind.Delete }, TestContext.Current.CancellationToken).Result;
            return read.Entry?.Key == stored && removed.Outcome == ConsulKvOutcome.Written;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

        Assert.True(accepted > 100, $"only {accepted} keys were accepted");
    }

    private static Arbitrary<string> Keys()
    {
        var letter = Gen.Frequency(
            (30, Gen.Elements("abcXYZ019-_.~/%?#&=+:;,@!$'()*[] \\\"<>|^`{}".ToCharArray())),
            (5, Gen.Choose(0x00A1, 0x024F).Select(code => (char)code)),
            (1, Gen.Choose(0x20, 0x2FFF).Select(code => (char)code)),
            (1, Gen.Elements('\t', '\u007f', '\u00a0', '\u200b', '\u00e4', '\u65e5')));
        return Gen.ArrayOf(letter).Select(letters => new string(letters).Normalize()).ToArbitrary();
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
