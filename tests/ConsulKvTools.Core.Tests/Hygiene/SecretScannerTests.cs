using System.Text;
using System.Text.RegularExpressions;
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

    private static string InBase64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Each form holds a text in base64; what is left of the form when that is hidden.</summary>
    [Theory]
    [InlineData("kind: Secret\ndata:\n  dsn: ", "\n  host: aGk=\n")]
    [InlineData("DSN=", "")]
    [InlineData("A=1\nDSN=\"", "\"\nB=2")]
    [InlineData("[db]\ndsn = '", "' ; of the shop")]
    [InlineData("app --dsn=", " --verbose")]
    [InlineData("<dsn>", "</dsn>")]
    [InlineData("größe: 1\ndsn: ", "\n")]
    [InlineData("data:text/plain;base64,", "")]
    public void A_text_in_base64_is_looked_into_wherever_it_stands(string before, string behind)
    {
        foreach (var (inner, rule) in new[] { ("postgres://web:Pa55w0rdXy9@db.internal:5432/orders", "password-in-url"), ("{\"password\":\"Zzq9!lmn44\"}", "named-password"), ("db:\n  password: Zzq9!lmn44\n", "named-password") })
        {
            var value = Encoding.UTF8.GetBytes(before + InBase64(inner) + behind);
            var found = Assert.Single(SecretScanner.Scan("app/x", value));
            Assert.Equal((rule, Encoding.UTF8.GetByteCount(before), InBase64(inner).Length), (found.Rule.Id, found.Start, found.Length));
            Assert.Matches($"^{System.Text.RegularExpressions.Regex.Escape(before)}<hidden [-0-9]+ chars #[0-9a-f]{{4}}>{System.Text.RegularExpressions.Regex.Escape(behind)}$", Encoding.UTF8.GetString(ValueMask.Apply("app/x", value)));
        }
    }

    [Fact]
    public void A_short_text_in_base64_is_looked_into()
    {
        var value = Encoding.UTF8.GetBytes(InBase64("{\"password\":\"Zzq9!lmn44\"}"));
        Assert.Equal(36, value.Length);
        Assert.Equal(("named-password", 0, 36), Assert.Single(SecretScanner.Scan("app/x", value)) is var found ? (found.Rule.Id, found.Start, found.Length) : default);
        Assert.Equal("named-password", Assert.Single(SecretScanner.Scan("app/x", Encoding.UTF8.GetBytes($"{{\"a\":\"DSN={InBase64("{\"password\":\"Zzq9!lmn44\"}")}\",\"b\":1}}"))).Rule.Id);
    }

    [Fact]
    public void Base64_that_a_YAML_text_wraps_over_lines_is_one_text()
    {
        var lines = InBase64("user=web and so on and so on and so on and so on, password=Zzq9!lmn44xyz and more").Chunk(76).Select(letters => new string(letters)).ToArray();
        Assert.True(lines.Length > 1);
        var value = Encoding.UTF8.GetBytes($"data:\n  conf: |\n    {string.Join("\n    ", lines)}\n  host: db1\n");
        Assert.Equal("named-password", Assert.Single(SecretScanner.Scan("app/x", value)).Rule.Id);
        var masked = Encoding.UTF8.GetString(ValueMask.Apply("app/x", value));
        Assert.DoesNotContain(lines[0], masked, StringComparison.Ordinal);
        Assert.DoesNotContain(lines[^1], masked, StringComparison.Ordinal);
        Assert.EndsWith("\n  host: db1\n", masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: averylongnameofaservicethatstandsalone")]
    [InlineData("greeting: SGVsbG8gV29ybGQsIHRoaXMgaXMgYSBsb25nIHNlbnRlbmNlIGFib3V0IG5vdGhpbmcu")]
    [InlineData("path: app/config/production/database/replica")]
    public void What_is_no_secret_in_base64_is_none(string value) => Assert.Empty(SecretScanner.Scan("app/x", Encoding.UTF8.GetBytes(value)));

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

    private static string Mask(string key, string value) => Encoding.UTF8.GetString(ValueMask.Apply(key, Encoding.UTF8.GetBytes(value)));

    /// <summary>Passwords as a password store draws them: any printable sign in any place, 12 to 24 long.</summary>
    private static IEnumerable<string> DrawnPasswords(int count, string without = "")
    {
        var random = new Random(20261123);
        var signs = Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(sign => without.IndexOf(sign) < 0).ToArray();
        for (var drawn = 0; drawn < count; drawn++) yield return new([.. Enumerable.Range(0, random.Next(12, 25)).Select(_ => signs[random.Next(signs.Length)])]);
    }

    [Fact]
    public void Whatever_signs_a_password_has_it_is_found()
    {
        var missed = DrawnPasswords(10_000).Where(password => !Mask("db/password", password).StartsWith("<hidden", StringComparison.Ordinal)).ToArray();
        // A drawn password may, very rarely, look like a place to be filled.
        Assert.True(missed.Length <= 5, $"{missed.Length} of 10,000: {string.Join("   ", missed.Take(20))}");
        Assert.StartsWith("<hidden", Mask("db/password", "P@$$w0rd"));
    }

    /// <summary>Signs that the form itself gives a meaning are written as the form wants it, or left out.</summary>
    [Theory]
    [InlineData("properties", "")]
    [InlineData("json", "")]
    [InlineData("broken json", "\"\\")]
    [InlineData("yaml", "")]
    [InlineData("yaml flow", "{}[],#\"'")]
    [InlineData("url", "/?#%[]")]
    [InlineData("connection string", ";\"'")]
    [InlineData("query", "&#%+\"'<>")]
    [InlineData("xml", "<>&\"'")]
    [InlineData("command", "\"'")]
    public void No_part_of_a_password_stands_beside_what_is_hidden_in_any_form(string form, string without)
    {
        var all = DrawnPasswords(1_000, without).ToArray();
        var shown = all.Where(password =>
        {
            var value = form switch
            {
                "properties" => $"user=x\npassword={password}\nhost=y",
                "json" => $$"""{"user":"x","password":{{System.Text.Json.JsonSerializer.Serialize(password)}}}""",
                "broken json" => $$"""{"port": {{"{{ port }}"}}, "password": "{{password}}", "user": "x"}""",
                "yaml" => $"user: x\npassword: '{password.Replace("'", "''")}'\nhost: y",
                "yaml flow" => $"db: {{user: x, password: {password}, host: y}}",
                "url" => $"postgres://web:{password}@db/web",
                "connection string" => $"Server=db;User Id=web;Password={password};Encrypt=True",
                "query" => $"jdbc:postgresql://db/web?user=web&password={password}&ssl=true",
                "xml" => $"<server><password>{password}</password></server>",
                _ => $"run web --password {password} --verbose",
            };
            var masked = Mask("app/x", value);
            return Enumerable.Range(0, password.Length - 3).Any(at => masked.Contains(password.Substring(at, 4), StringComparison.Ordinal));
        }).ToArray();
        Assert.True(shown.Length <= 5, $"{shown.Length} of {all.Length}: {string.Join("   ", shown.Take(20))}");
    }

    [Theory]
    [InlineData("postgres://user:p@ss-hunter22@host/db")]
    [InlineData("postgres://web:hunter/hunter22@db/web")]
    [InlineData("password: 'abc''hunter22'")]
    [InlineData("password: \"abc\"hunter22\"")]
    [InlineData("password: \"abc\"\"hunter22\"")]
    [InlineData("Server=db;User Id=web;Password=ab'hunter22;")]
    [InlineData("Server=db;User Id=web;Password=ab&hunter22;")]
    [InlineData("Server=db;User Id=web;Password='a''hunter22';x=y")]
    [InlineData("<add connectionString=\"Server=db;User Id=web;Password=a&amp;hunter22\" providerName=\"x\" />")]
    [InlineData("user=web password=a,hunter22 host=db")]
    [InlineData("{\"password\":48151623,\"hunter22\":1}", "48151623")]
    [InlineData("{\"password\":{\"value\":\"hunter22\"}}")]
    [InlineData("{\"passwords\":{\"web\":\"hunter\"}}", "hunter")]
    [InlineData("[{\"name\":\"DB_PASSWORD\",\"value\":\"hunter22\"}]")]
    [InlineData("[{\"value\":\"hunter22\",\"key\":\"DB_PASSWORD\"}]")]
    [InlineData("{\"config\":\"{\\\"password\\\":\\\"hunter22\\\"}\"}")]
    [InlineData("{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"password\\\\\\\":\\\\\\\"hunter22\\\\\\\"}\\\"}\"}")]
    [InlineData("{\"password\":\"hunter22\"}\n{\"password\":\"hunter22\"}\n")]
    [InlineData("{\"port\": {{ port }}, \"password\": \"hunter22\"}")]
    [InlineData("{'password': 'hunter22'}")]
    [InlineData("{\n  \"db\": {\n    \"passwords\": [\n      \"hunter22\",\n    ],\n    \"port\": {{ port }}\n  }\n}")]
    [InlineData("{ // password = hunter22\n \"a\":1 }")]
    [InlineData("{ \"a\":1 /* password: hunter22 */ } // password: hunter22")]
    [InlineData("{\"x\":\"\\ud800\",\"password\":\"hunter22\"}")]
    [InlineData("{\"password\":\"\\ud800hunter22\"}")]
    [InlineData("{\"Authorization\":\"Basic dXNlcjpodW50ZXIyMg==\"}", "dXNlcjpodW50ZXIyMg")]
    [InlineData("{\"pools\":{\"postgres://web:hunter22@db\":{\"password\":\"hunter22\"}}}")]
    [InlineData("# password = hunter22")]
    [InlineData("; db.password=hunter22")]
    [InlineData("<!-- password: hunter22 -->")]
    [InlineData("host: db   # old password: hunter22")]
    [InlineData("password: |\n  hunter22\n")]
    [InlineData("password: >-\n  hunter22\n")]
    [InlineData("password:\n  hunter22\n")]
    [InlineData("db:\n  password: # the one of the web\n    hunter22\n")]
    [InlineData("db:\n  password:\n    value: hunter22\n")]
    [InlineData("passwords:\n- hunter22\n- hunter22\n")]
    [InlineData("env:\n- name: DB_PASSWORD\n  value: hunter22\n")]
    [InlineData("db: {user: web, password: hunter22}")]
    [InlineData("passwords = [\"hunter22\", \"hunter22\"]")]
    [InlineData("passwords: [abc, hunter22]")]
    [InlineData("db { password = \"hunter22\", user = \"x\" }")]
    [InlineData("db: {password: {value: hunter22}}")]
    [InlineData("password.value=hunter22")]
    [InlineData("java -jar x.jar --password=hunter22")]
    [InlineData("java -jar x.jar --password hunter22")]
    [InlineData("curl -u admin:hunter22 http://h/")]
    [InlineData("machine h login web password hunter22")]
    [InlineData("requirepass hunter22")]
    [InlineData("<password><![CDATA[hunter22]]></password>")]
    [InlineData("<db><pass>hunter22</pass></db>")]
    [InlineData("var password = \"hunter22\";")]
    [InlineData("cfg['password'] = 'hunter22'")]
    [InlineData("define(\"DB_PASSWORD\", \"hunter22\");")]
    [InlineData("\"Database Password\": hunter22")]
    [InlineData("export PGPASSWORD=hunter22; psql")]
    [InlineData("web:hunter22@tcp(db:3306)/web")]
    [InlineData("password: {h8#hunter22", "h8#hunter22")]
    [InlineData("password=/h8#hunter22", "h8#hunter22")]
    [InlineData("password=~h8#hunter22", "h8#hunter22")]
    [InlineData("password: Tr0ub4dor$hunter", "hunter")]
    [InlineData("postgres://web:Pa$$w0rd@db/web", "w0rd")]
    [InlineData("db.password hunter22")]
    [InlineData("db.password\thunter22\nhost db")]
    [InlineData("ENV DB_PASSWORD hunter22")]
    [InlineData("[passwords]\nbob = hunter22\n")]
    [InlineData("[db.passwords]\r\nbob = \"hunter22\"\r\n")]
    [InlineData("variable \"db_password\" { default = \"hunter22\" }")]
    [InlineData("variable \"db_password\" {\n  type        = string\n  description = \"Of the shop\"\n  sensitive   = true\n  default     = \"hunter22\"\n}\n")]
    [InlineData("CREATE USER 'web'@'%' IDENTIFIED BY 'hunter22';")]
    [InlineData("ALTER ROLE web WITH PASSWORD 'hunter22';")]
    [InlineData("mysql -u root -phunter22 shop")]
    [InlineData("<property><key>db.password</key>\n<value>hunter22</value></property>")]
    public void Nothing_of_a_password_is_shown_wherever_it_stands(string value, string secret = "hunter22")
    {
        Assert.DoesNotContain(secret, Mask("app/x", value), StringComparison.Ordinal);
        // Nor in what is told of it.
        Assert.All(new SecretSearch(null, null, [], SecretConfidence.Low).In("app/x", Encoding.UTF8.GetBytes(value), null), found => Assert.DoesNotContain(secret, found.JsonPath ?? "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("app/password/web", "hunter22")]
    [InlineData("app/passwords/web", "hunter22")]
    [InlineData("app/passwords", "[\"hunter22\"]")]
    [InlineData("app/password", "{\"value\":\"hunter22\"}")]
    [InlineData("app/db/pass", "hunter22")]
    [InlineData("app/REDIS_PASS", "hunter22")]
    [InlineData("app/tokens/web", "9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("app/githubtoken", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")]
    [InlineData("app/db/password", "user: web\nhunter22")]
    [InlineData("app/passphrase", "legal winner thank year wave sausage worth useful legal winner thank yellow")]
    public void A_key_says_what_its_value_is_also_by_the_name_above_and_in_the_plural(string key, string secret)
    {
        Assert.DoesNotContain(secret.Trim('[', ']', '"', '}').Split(':')[^1].Trim('"'), Mask(key, secret), StringComparison.Ordinal);
    }

    /// <summary>A part of a secret must not stand beside what is hidden, and a change of any part must change the fingerprint.</summary>
    [Theory]
    [InlineData("db_password = <<EOF\nHunter{0}\nEOF\nport = 1\n")]
    [InlineData("db_password = <<-EOF\n  Hunter{0}\n  EOF\nport = 1\n")]
    [InlineData("db_password = <<'END'\r\nab1\r\nHunter{0}\r\nEND\r\nport = 1\n")]
    [InlineData("db.password=Ab3\\\n  Hunter{0}\nport = 1\n")]
    [InlineData("db.password=\\\r\n  Ab3\\\r\n  Hunter{0}\r\nport = 1\n")]
    [InlineData("DB_PASSWORD=\"Hunter2\n{0}\"\nport = 1\n")]
    [InlineData("DB_PASSWORD=\"\nHunter{0}\n\"\nport = 1\n")]
    [InlineData("export DB_PASSWORD='Hunter2\n{0}'\nport = 1\n")]
    [InlineData("var password = \"Hunter2\n{0}\";\nport = 1\n")]
    [InlineData("password:\n  \"Hunter2\n  {0}\"\nport: 1\n")]
    [InlineData("pass = '''\nHunter{0}\n'''\nport = 1\n")]
    [InlineData("pass = \"\"\"\nHunter{0}\"\"\"\nport = 1\n")]
    public void What_goes_on_over_several_lines_is_one_secret_to_its_end(string form)
    {
        string Masked(string rest) => Mask("app/x", form.Replace("{0}", rest, StringComparison.Ordinal));
        var one = Masked("secret1");
        Assert.DoesNotContain("secret1", one, StringComparison.Ordinal);
        Assert.DoesNotContain("Hunter", one, StringComparison.Ordinal);
        Assert.Matches("port[ =:]+1\n$", one);
        Assert.NotEqual(one, Masked("secret2"));
    }

    [Theory]
    [InlineData("password: \"abc1\n\nhost: \"db\"\n", "host: \"db\"\n")]
    [InlineData("password: 'tis the one of the web\nthat we don't tell to anybody in this house\n", "tell to anybody in this house\n")]
    [InlineData("password = <<EOF\nabc1\n", "\nabc1\n")]
    [InlineData("PGPASSWORD=hunter22 \\\n  psql -h db\n", "\n  psql -h db\n")]
    [InlineData("# password: \"abc1\n# host: \"db\"\n", "\n# host: \"db\"\n")]
    [InlineData("db.password=abc1\\\\\nhost=db\n", "\nhost=db\n")]
    public void What_nothing_closes_ends_with_its_line(string text, string left) => Assert.EndsWith(left, Mask("app/x", text), StringComparison.Ordinal);

    [Theory]
    [InlineData("password1")]
    [InlineData("passwd2")]
    [InlineData("secret1")]
    [InlineData("token1")]
    [InlineData("apiKey2")]
    [InlineData("passphrase1")]
    [InlineData("privateKey1")]
    [InlineData("db_pass1")]
    [InlineData("secret_v1")]
    [InlineData("github_token_ro")]
    [InlineData("apikey_backup")]
    [InlineData("password2_old")]
    [InlineData("psk")]
    [InlineData("TOKEN_GITHUB")]
    [InlineData("PWD_ADMIN")]
    [InlineData("password_db")]
    public void A_name_is_a_secrets_also_with_a_number_a_word_behind_or_in_another_order(string name)
    {
        const string secret = "Wq7zT2pLm9xR";
        Assert.StartsWith("<hidden", Mask($"app/{name}", secret));
        foreach (var text in new[] { $$$"""{"{{{name}}}":"{{{secret}}}"}""", $$$"""{"db":{"{{{name}}}":"{{{secret}}}"}}""", $"{name}={secret}\n", $"db:\n  {name}: {secret}\n" })
            Assert.DoesNotContain(secret, Mask("app/x", text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password_min_length")]
    [InlineData("password_min_length2")]
    [InlineData("token_ttl")]
    [InlineData("token_ttl_prod")]
    [InlineData("token_url")]
    [InlineData("token_type")]
    [InlineData("token_endpoint")]
    [InlineData("token_accessor_id")]
    [InlineData("secret_name")]
    [InlineData("secret_version")]
    [InlineData("max_tokens")]
    [InlineData("passwordPolicy")]
    [InlineData("password_file")]
    [InlineData("password_hash")]
    [InlineData("api_key_header")]
    [InlineData("psk_identity_hint")]
    [InlineData("sha1")]
    [InlineData("md5")]
    [InlineData("oauth2")]
    public void What_is_said_about_a_secret_is_none(string name) => Assert.Empty(SecretScanner.Scan($"app/{name}", Encoding.UTF8.GetBytes("Wq7zT2pLm9xR")));

    [Fact]
    public void No_text_whatever_signs_it_has_breaks_a_mask()
    {
        string[] pieces = ["password", "token", ":", "=", "\"", "'", "{", "}", "[", "]", "\n", "\r\n", " ", "\t", "- ", "|", ">", "<", "#", "//", "\\", "hunter22", "value", "name", "é", "😀", "/", "@", "://", "u:", "$", "${", "{{", "}}", ",", ";", "&", "key"];
        var random = new Random(5);
        for (var text = 0; text < 5_000; text++) Mask("a/password", string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)])));
    }

    [Theory]
    [InlineData(76)]
    [InlineData(64)]
    [InlineData(0)]
    public void Base64_is_looked_into_however_it_is_wrapped(int width)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("user=web\npassword=hunter22 and more, so long that it takes two lines of base64\nhost=db?>\n"));
        var lines = width == 0 ? encoded.TrimEnd('=').Replace('+', '-').Replace('/', '_') : string.Join("\r\n", encoded.Chunk(width).Select(letters => new string(letters)));
        Assert.StartsWith("<hidden", Mask("app/x", lines));
    }

    [Fact]
    public void Text_in_UTF16_or_in_the_letters_of_an_old_Windows_is_searched_too()
    {
        const string text = "größe=1\r\npassword=hunter22\r\n";
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.Latin1 })
            Assert.Equal("named-password", Assert.Single(SecretScanner.Scan("app/x", [.. encoding.GetPreamble(), .. encoding.GetBytes(text)])).Rule.Id);
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

    /// <summary>Twice the text may take twice the time, and not four times.</summary>
    [Theory]
    [InlineData("password: hunterZ{0}9xyz\n")]
    [InlineData("password=")]
    [InlineData("password=\"")]
    [InlineData("a password: ")]
    [InlineData("(password: ")]
    [InlineData("name=\"")]
    [InlineData("{{password: ")]
    [InlineData("password=[\"a\", ")]
    [InlineData("\"password\", ")]
    [InlineData("postgres://web:hunter{0}@")]
    [InlineData(";password=\"a")]
    [InlineData("password:\n")]
    [InlineData("--password=")]
    [InlineData("aB3dE5gH7jK9mN1pQ3sT5vW7{0} ssh-rsa ")]
    [InlineData("password{0}:\n{1}")]
    [InlineData("password=\"\n")]
    [InlineData("password=\"x\n")]
    [InlineData("<<EOF\n")]
    [InlineData("password=<<EOF{0}\n")]
    [InlineData("password='''\n")]
    [InlineData("password=a\\\n")]
    [InlineData("mysql -pa")]
    [InlineData("create user password ")]
    [InlineData("<key>password</key>")]
    public void A_search_takes_no_longer_for_what_is_made_to_delay_it(string piece)
    {
        var text = string.Concat(Enumerable.Range(0, 400_000 / piece.Length).Select(number => string.Format(System.Globalization.CultureInfo.InvariantCulture, piece, number, new string(' ', number % 200))));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var found = SecretScanner.Scan("app/x", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        // Quadratic ways take minutes here; the limit leaves room for a busy machine.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{watch.Elapsed}");
        Assert.DoesNotContain(found, span => span.Rule == SecretScanner.NotSearched);
    }

    [Fact]
    public void A_list_of_many_texts_that_each_name_a_password_is_searched_in_one_go()
    {
        var json = Encoding.UTF8.GetBytes("[" + string.Join(",", Enumerable.Range(0, 5_000).Select(number => $"\"reset password now {new string('z', 80)}{number}\"")) + "]");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Empty(new SecretSearch(null, null, [], SecretConfidence.Low).In("a", json, null));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{watch.Elapsed}");
    }

    [Fact]
    public void A_search_stops_when_it_is_told_to()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => SecretScanner.Scan("app/x", Encoding.UTF8.GetBytes("password=hunter22"), stop.Token));
    }

    [Fact]
    public void A_pattern_with_many_stars_takes_no_text_long_and_means_what_it_says()
    {
        Assert.DoesNotMatch(Wildcards.Of("*a*a*a*a*a*a*a*a*a*a*b", RegexOptions.None), new string('a', 20_000));
        Assert.Matches(Wildcards.Of("app/*/pass?ord*", RegexOptions.None), "app/a/b/password");
        Assert.Matches(Wildcards.Of("*ab*b", RegexOptions.None), "xabab");
        Assert.Matches(Wildcards.Of("a[1]", RegexOptions.None), "a[1]");
        Assert.DoesNotMatch(Wildcards.Of("*/x", RegexOptions.None), "a/x\n");
        Assert.DoesNotMatch(Wildcards.Of("ab*ba", RegexOptions.None), "aba");
    }
}
