using System.Text;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Tests.Hygiene;

public sealed class SecretScannerTests
{
    private const string Password = "Tr0ub4dor&3";

    [Theory]
    [InlineData("app/db/password", "named-password")]
    [InlineData("app/db/dbPassword", "named-password")]
    [InlineData("app/db/DB_PASSWORD", "named-password")]
    [InlineData("app/db/smtp-pass", "named-password")]
    public void A_keys_own_name_says_what_its_value_is(string key, string rule)
    {
        Assert.Equal(rule, Assert.Single(SecretScanner.Scan(key, Encoding.UTF8.GetBytes(Password))).Rule.Id);
    }

    /// <summary>Random texts as programs keep them, under keys whose name says that they are secret.</summary>
    [Theory]
    [InlineData("app/token", "{hex:64}")]
    [InlineData("app/secret", "{hex:40}")]
    [InlineData("app/password", "{base64:43}=")]
    [InlineData("app/db_password", "{hex:64}")]
    [InlineData("svc/api-token", "{base62:43}")]
    [InlineData("svc/apiToken", "{base64:43}=")]
    [InlineData("a/CONSUL_TOKEN", "{uuid}")]
    [InlineData("a/secret/current", "{hex:40}")]
    [InlineData("a/token/value", "{hex:64}")]
    [InlineData("a/password/prod", "Tr0ub4dor&3")]
    [InlineData("x/webhook-secret", "{hex:40}")]
    [InlineData("x/SECRET_KEY_BASE", "{hex:64}")]
    [InlineData("cfg", "token = {hex:64}")]
    public void What_is_random_under_a_secrets_name_is_found(string key, string value) => Assert.Single(SecretScanner.Scan(key, SecretExample.Make(value, 7)));

    /// <summary>What configuration is full of, and nobody's secret.</summary>
    [Theory]
    [InlineData("app/id", "{uuid}")]
    [InlineData("app/request_id", "{uuid}")]
    [InlineData("a/token_accessor", "{uuid}")]
    [InlineData("a/key_id", "{uuid}")]
    [InlineData("app/commit", "{hex:40}")]
    [InlineData("app/git_commit", "{hex:40}")]
    [InlineData("app/revision/current", "{hex:40}")]
    [InlineData("app/sha", "{hex:64}")]
    [InlineData("app/checksum", "sha256:{hex:64}")]
    [InlineData("app/image", "reg.io/web@sha256:{hex:64}")]
    [InlineData("app/version", "1.2.3+{hex:8}")]
    [InlineData("a/trace", "00-{hex:32}-{hex:16}-01")]
    [InlineData("a/monkey", "{hex:40}")]
    [InlineData("a/digest", "sha512-{base64:86}==")]
    [InlineData("a/fingerprint", "SHA256:{base64:43}")]
    [InlineData("a/public_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base64:43} me@host")]
    [InlineData("a/build", "commit: {hex:40}\nid: {uuid}")]
    [InlineData("app/url", "https://example.com/a/b?id=12345")]
    [InlineData("app/db", "postgres://web@db:5432/web")]
    [InlineData("app/proxy", "http://proxy.example:3128")]
    [InlineData("app/token_url", "https://sso.example/token")]
    [InlineData("app/token/url/prod", "https://sso.example/token")]
    [InlineData("app/token_ttl", "3600")]
    [InlineData("a/tokens/count", "17")]
    [InlineData("app/secret_name", "db-credentials")]
    [InlineData("app/secret_path/prod", "kv/data/prod/db1")]
    [InlineData("a/tokenizer", "whitespace_lowercase_v2")]
    [InlineData("a/partition_key", "customer_id_1")]
    [InlineData("a/keyspace", "prod_eu1_orders")]
    [InlineData("a/secretary", "Bob22222xyz")]
    public void Ids_hashes_and_addresses_are_none(string key, string value) => Assert.Empty(SecretScanner.Scan(key, SecretExample.Make(value, 7)));

    [Theory]
    [InlineData("app/db/password", "")]
    [InlineData("app/db/password", " \n")]
    [InlineData("app/db/password", "${DB_PASSWORD}")]
    [InlineData("app/db/password", "vault:secret/data/db#password")]
    [InlineData("app/db/password", "{{ with secret \"db\" }}{{ .Data.password }}{{ end }}")]
    [InlineData("app/db/password_policy", "strict")]
    [InlineData("app/db/host", "db.example.com")]
    public void References_and_empty_values_are_none(string key, string value)
    {
        Assert.Empty(SecretScanner.Scan(key, Encoding.UTF8.GetBytes(value)));
    }

    [Fact]
    public void A_place_in_JSON_is_told_by_path_line_and_byte_also_behind_letters_of_several_bytes()
    {
        var json = Encoding.UTF8.GetBytes("{\n  \"größe\": \"äöü\",\n  \"db\": [ { \"host\": \"a\" },\n    { \"password\": \"" + Password + "\" } ]\n}");
        var secret = Assert.Single(new SecretSearch(null, null, [], SecretConfidence.Low).In("app", json, "s"));
        Assert.Equal("$.db[1].password", secret.JsonPath);
        Assert.Equal(4, secret.Line);
        Assert.Equal(Password, Encoding.UTF8.GetString(json, secret.Offset, secret.Length));
    }

    [Fact]
    public void A_place_in_a_text_is_told_by_line_and_byte()
    {
        var text = Encoding.UTF8.GetBytes("# für alle\nhost = a\npassword = " + Password + "   # neu\n");
        var secret = Assert.Single(new SecretSearch(null, null, [], SecretConfidence.Low).In("app", text, null));
        Assert.Equal(3, secret.Line);
        Assert.Equal(Password, Encoding.UTF8.GetString(text, secret.Offset, secret.Length));
    }

    [Fact]
    public void What_JSON_writes_with_escapes_is_found_and_wholly_masked()
    {
        var key = Encoding.UTF8.GetString(SecretExample.Make("-----BEGIN EC PRIVATE KEY-----\n{base64:64}\n-----END EC PRIVATE KEY-----\n", 7));
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["name"] = "web", ["key"] = key });
        Assert.Equal("private-key", Assert.Single(SecretScanner.Scan("app", json)).Rule.Id);
        Assert.Matches("""^\{"name":"web","key":"<hidden 65-128 chars #[0-9a-f]{4}>"\}$""", Encoding.UTF8.GetString(ValueMask.Apply("app", json)));
    }

    [Fact]
    public void What_lies_in_base64_is_found_and_wholly_masked()
    {
        var inner = SecretExample.Make("-----BEGIN PRIVATE KEY-----\n{base64:64}\n-----END PRIVATE KEY-----\n", 3);
        var value = Encoding.UTF8.GetBytes(Convert.ToBase64String(inner));
        Assert.Equal("private-key", Assert.Single(SecretScanner.Scan("tls/data", value)).Rule.Id);
        Assert.Matches("^<hidden 65-128 chars #[0-9a-f]{4}>$", Encoding.UTF8.GetString(ValueMask.Apply("tls/data", value)));
    }

    [Fact]
    public void One_place_is_told_once_by_the_rule_that_says_most()
    {
        var value = SecretExample.Make("token: {crc:ghp_}", 5);
        Assert.Equal("github-token", Assert.Single(SecretScanner.Scan("ci/github/token", value)).Rule.Id);
    }

    [Fact]
    public void The_same_secret_has_the_same_fingerprint_in_every_shape_and_that_of_a_sessions_token()
    {
        var alone = Assert.Single(SecretScanner.Scan("a/password", Encoding.UTF8.GetBytes(Password)));
        var inUrl = Assert.Single(SecretScanner.Scan("a/url", Encoding.UTF8.GetBytes($"postgres://web:{Password}@db/web")));
        var inJson = Assert.Single(SecretScanner.Scan("a", Encoding.UTF8.GetBytes($$"""{"password":"{{Password}}"}""")));
        Assert.Equal([alone.Fingerprint, alone.Fingerprint], [inUrl.Fingerprint, inJson.Fingerprint]);
        Assert.Equal(new ConsulSecret(Password).Fingerprint, alone.Fingerprint);
    }

    [Fact]
    public void A_mask_leaves_all_else_as_it_is_byte_for_byte()
    {
        Assert.Equal($"host=ä\npassword=<hidden 9-16 chars #{new ConsulSecret(Password).Fingerprint}>\nport=1\n", Encoding.UTF8.GetString(ValueMask.Apply("x", Encoding.UTF8.GetBytes($"host=ä\npassword={Password}\nport=1\n"))));
        var plain = Encoding.UTF8.GetBytes("host=ä");
        Assert.Same(plain, ValueMask.Apply("x", plain));
        byte[] binary = [0xff, 0xfe, 0, 1];
        Assert.Same(binary, ValueMask.Apply("x", binary));
    }

    [Theory]
    [InlineData("Server=db;Password=abc123;x=\npassword=p&ss;w'rd 1\n")]
    [InlineData("host=db\npassword=p&ss;w'rd 1\n")]
    [InlineData("url=http://a:p&ss;w'rd@h\npassword=p&ss;w'rd 1\n")]
    public void Nothing_of_a_secret_stands_beside_what_is_hidden_whatever_rules_overlap(string text)
    {
        var masked = Encoding.UTF8.GetString(ValueMask.Apply("x", Encoding.UTF8.GetBytes(text)));
        Assert.DoesNotContain("ss;w", masked);
        Assert.DoesNotContain("rd", masked.Replace("chars", "", StringComparison.Ordinal).Replace("Password", "", StringComparison.Ordinal).Replace("password", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(8, "1-8")]
    [InlineData(9, "9-16")]
    [InlineData(16, "9-16")]
    [InlineData(17, "17-32")]
    [InlineData(4096, "2049-4096")]
    [InlineData(4097, "over 4096")]
    public void A_placeholder_tells_the_class_of_a_length_only(int length, string expected)
    {
        Assert.Equal($"<hidden {expected} chars #abcd>", ValueMask.Placeholder(new SecretSpan(SecretRules.All[0], 0, length, length, null, "abcd")));
    }

    [Fact]
    public void An_allow_list_takes_out_this_fingerprint_under_these_keys_only()
    {
        var value = Encoding.UTF8.GetBytes(Password);
        var known = SecretAllowance.Read(["# known", "", $"{new ConsulSecret(Password).Fingerprint} app/*/password"], "f");
        var search = new SecretSearch(null, null, known, SecretConfidence.Low);
        Assert.Empty(search.In("app/db/password", value, null));
        Assert.Single(search.In("other/db/password", value, null));
        Assert.Single(search.In("app/db/password", Encoding.UTF8.GetBytes(Password + "x"), null));
        Assert.Equal((3, 1), (search.Searched, search.Allowed));
    }

    [Fact]
    public void A_line_of_an_allow_list_that_is_not_understood_is_told_by_its_number_and_not_shown()
    {
        var error = Assert.Throws<ConsulRequestException>(() => SecretAllowance.Read(["3fa9 a", "hunter2-is-a-secret"], "f"));
        Assert.Contains("line 2", error.Message);
        Assert.DoesNotContain("hunter2", error.Message);
    }

    [Fact]
    public void Excluded_keys_and_rules_and_what_is_less_sure_do_not_count()
    {
        var value = SecretExample.Make("password=Tr0ub4dor&3\nother={base62:40}", 1);
        string[] Found(SecretSearch search) => [.. search.In("app/x", value, null).Select(secret => secret.Rule)];
        Assert.Equal(["named-password", "high-entropy"], Found(new SecretSearch(null, null, [], SecretConfidence.Low)));
        Assert.Equal(["named-password"], Found(new SecretSearch(null, null, [], SecretConfidence.Medium)));
        Assert.Equal(["high-entropy"], Found(new SecretSearch(null, ["named-*"], [], SecretConfidence.Low)));
        Assert.Empty(Found(new SecretSearch(["app/*"], null, [], SecretConfidence.Low)));
    }

    [Fact]
    public void No_text_takes_a_pattern_long()
    {
        // Each would keep a pattern with nested repetitions busy for minutes.
        string[] texts = [new('a', 200_000), new(' ', 200_000), string.Concat(Enumerable.Repeat("a=", 60_000)), string.Concat(Enumerable.Repeat("-----BEGIN PRIVATE KEY-----\n", 4_000)), "password=" + new string('"', 100_000), string.Concat(Enumerable.Repeat("a://b:", 20_000)), string.Concat(Enumerable.Repeat("<add key=\"password\" ", 5_000))];
        foreach (var text in texts)
            Assert.DoesNotContain(SecretScanner.Scan("x", Encoding.UTF8.GetBytes(text)), span => span.Rule == SecretScanner.NotSearched && text[0] is 'a' or ' ');
    }
}
