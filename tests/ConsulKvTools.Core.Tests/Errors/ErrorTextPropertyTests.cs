using System.Collections;
using ConsulKvTools.Diagnosis.Errors;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Errors;

/// <summary>What holds for every text, however it was made.</summary>
public sealed class ErrorTextPropertyTests
{
    private static readonly string[] Places =
    [
        "Put \"http://127.0.0.1:8500/v1/kv/app/x?token={0}\": EOF", "Put \"http://127.0.0.1:8500/v1/kv/app/x?cas=1&token={0}&dc=a\": EOF", "{{\"error\":\"Put \\\"http://c:8500/v1/kv/a?dc=x\\u0026token={0}\\\": EOF\"}}",
        "curl -H 'X-Consul-Token: {0}' http://consul:8500/v1/kv/a: curl: (52) Empty reply from server", "X-Consul-Token:[{0}] Put \"http://c:8500/v1/kv/a\": EOF", "{{'X-Consul-Token': '{0}'}} consul connection refused",
        "Authorization: Bearer {0} consul: connection refused", "\"Authorization\"=>\"Bearer {0}\" consul: connection refused", "CONSUL_HTTP_TOKEN={0} consul kv put a b: connection refused", "consul kv put -token={0} a b: connection refused",
        "consul kv put -token {0} a b: connection refused", "{{\"SecretID\":\"{0}\",\"error\":\"connection refused\"}}", "SecretID: {0} connection refused", "invalid token \"{0}\": connection refused", "http://user:{0}@consul:8500/v1/kv/a: connection refused",
        "unknown thing with token={0}", "Error! Failed writing data: Unexpected response code: 403 (token={0})", "http.client.BadStatusLine: token={0}",
    ];

    [Fact]
    public void No_text_makes_it_fail() => Prop.ForAll<string?>(text =>
    {
        foreach (var finding in ErrorText.Resolve(text ?? "")) Assert.NotNull(FindingCatalogue.Find(finding.Code));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void No_part_of_the_corpus_and_no_mixture_of_two_makes_it_fail()
    {
        var texts = Gen.Elements(CorpusRow.All.Select(row => row.Text).ToArray());
        var mixed = from one in texts from other in texts from cut in Gen.Choose(0, 200) from at in Gen.Choose(0, 200) select one[..Math.Min(cut, one.Length)] + other[Math.Min(at, other.Length)..];
        Prop.ForAll(mixed.ToArbitrary(), text =>
        {
            foreach (var finding in ErrorText.Resolve(text)) Assert.NotNull(FindingCatalogue.Find(finding.Code));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void No_finding_shows_a_token_of_its_text()
    {
        var letters = Gen.Elements("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~+/=-".ToCharArray());
        // Its first letter belongs to no quoting.
        var words = from rest in Gen.ArrayOf(letters, 20) select "Q7" + new string(rest);
        var ids = from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(number => (byte)number), 16) select new Guid(bytes).ToString();
        var lines = from place in Gen.Elements(Places) from token in Gen.OneOf(words, ids) select (Line: string.Format(System.Globalization.CultureInfo.InvariantCulture, place, token), Token: token);
        Prop.ForAll(lines.ToArbitrary(), pair => Hides(pair.Line, pair.Token)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_UUID_that_nothing_explains_is_hidden_and_an_accessor_is_shown()
    {
        const string id = "8a5f7c0e-1234-4d5e-9f00-abcdefabcdef";
        foreach (var row in CorpusRow.All.Where(row => !row.Text.Contains('\n', StringComparison.Ordinal))) Hides($"{row.Text} {id}", id);
        var denied = ErrorText.Resolve($"Unexpected response code: 403 (Permission denied: token with AccessorID '{id}' lacks permission 'key:write' on \"app/x\")").Single();
        Assert.Equal(id, denied.Evidence["accessor"]);
    }

    private static void Hides(string line, string token)
    {
        foreach (var finding in ErrorText.Resolve(line))
        {
            var shown = string.Join("\n", finding.Title, finding.Cause, finding.Remedy, finding.Command, string.Join("\n", finding.Evidence.Cast<DictionaryEntry>().Select(pair => $"{pair.Key}={pair.Value}")));
            Assert.DoesNotContain(token, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(token[..12], shown, StringComparison.Ordinal);
        }
    }
}
