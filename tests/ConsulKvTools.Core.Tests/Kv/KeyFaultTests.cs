using System.Net.Sockets;
using System.Text;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Keys that cannot be sent, that become others on the way, or that are legal and yet mostly a slip.</summary>
[Collection(AclAgentTests.Name)]
public sealed class KeyFaultTests(AclAgentFixture lab)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "Key.Empty", "an empty key")]
    [InlineData("/lead", "Key.LeadingSlash", "a key with a leading slash")]
    [InlineData("a//b", "Key.DoubleSlash", "a key with two slashes in a row")]
    [InlineData("a/../b", "Key.DotSegments", "a key with .. for a part")]
    [InlineData("half", "Key.InvalidUtf8", "a key with half a character")]
    [InlineData("long", "Key.TooLong", "a key of 70,000 characters")]
    [InlineData("a\tb", "Key.ControlCharacter", "a key with a tab")]
    [InlineData("a\u007fb", "Key.ControlCharacter", "a key with DEL")]
    [InlineData("line\n", "Key.ControlCharacter", "a key that ends with a line feed, as from cat")]
    public async Task A_key_that_cannot_be_written_is_the_root_cause(string key, string code, string how)
    {
        if (key == "long") key = new string('k', 70_000);
        // As text of an attribute it would not survive.
        if (key == "half") key = "a/\ud83d";
        Diagnose.Names(code, FaultOrigin.Real, how, await DiagnoseAsync(key));
        using var session = lab.Session(policy: LabSessions.Impatient);
        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = [1] }, Stop);
        Assert.Equal(ConsulKvOutcome.Failed, written.Outcome);
        Assert.True(written.Code == code || written.Code == "Agent.UnprintableFilter", written.Code);
        Assert.NotEmpty(written.Remedy!);
        FaultMatrix.Add(FaultOrigin.Real, how, written);
    }

    [Theory]
    [InlineData("a\u00a0b", "a no-break space")]
    [InlineData("a\u200bb", "a zero-width space")]
    [InlineData("\ufeffkey", "a byte order mark")]
    public async Task A_character_that_nobody_sees_is_the_root_cause(string key, string how) =>
        Diagnose.Names("Agent.UnprintableFilter", FaultOrigin.Real, $"a key with {how}", await DiagnoseAsync(key));

    [Theory]
    [InlineData("odd/back\\slash", "Key.Backslash")]
    [InlineData("odd/what?is", "Key.UnescapedQuestionMark")]
    [InlineData("odd/no#1", "Key.UnescapedHash")]
    [InlineData("odd/100%", "Key.PercentLiteral")]
    [InlineData("odd/a%2Fb", "Key.PercentLiteral")]
    [InlineData("odd/a+b", "Key.PlusAndSpace")]
    [InlineData("odd/ends with blank ", "Key.SurroundingBlank")]
    [InlineData(" odd", "Key.SurroundingBlank")]
    [InlineData("odd/folder/", "Key.TrailingSlash")]
    [InlineData("odd/cafe\u0301", "Key.NotNormalized")]
    public async Task A_key_that_is_legal_and_odd_is_noted_and_accuses_nobody(string key, string code)
    {
        var diagnosis = await DiagnoseAsync(key);
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists(code, FaultOrigin.Real, $"the legal key \"{key.TrimEnd()}\"", diagnosis);
    }

    [Theory]
    [InlineData("plain/key")]
    [InlineData("ümlaut/日本語/🚀")]
    [InlineData("with space/and-._~!$&'()*,;=:@")]
    [InlineData("a/b/c/d/e/f/g")]
    public async Task An_ordinary_key_is_not_remarked_upon(string key) =>
        Assert.DoesNotContain((await DiagnoseAsync(key)).Findings, finding => finding.Layer == ConsulLayer.Key);

    [Theory]
    [InlineData("alike/Config", "alike/config")]
    [InlineData("alike/case", "alike/CASE", "ALIKE/CASE")]
    [InlineData("alike/dir", "alike/dir/")]
    [InlineData("alike/with?query", "alike/with")]
    [InlineData("alike/with#hash", "alike/with")]
    [InlineData("alike/back\\slash", "alike/back/slash")]
    [InlineData("alike/two words", "alike/two+words")]
    [InlineData("alike/x%2Fy", "alike/x/y")]
    public async Task Another_spelling_that_exists_is_shown(string key, string other, string? stored = null)
    {
        await lab.Agent.PutKeyAsync(stored ?? other, "1", Stop);
        var diagnosis = await DiagnoseAsync(key);
        Diagnose.IsHealthy(diagnosis);
        if (stored is not null)
        {
            await lab.Agent.SendAsync("DELETE", "/v1/kv/" + stored, cancellationToken: Stop);
            return;
        }
        Diagnose.Lists("Key.LookAlike", FaultOrigin.Real, "the key was stored under another spelling", diagnosis);
        Assert.Equal(Printable.Text(other), diagnosis.Findings.Single(finding => finding.Code == "Key.LookAlike").Evidence["value"]);
    }

    [Fact]
    public async Task A_letter_that_was_stored_in_parts_is_found()
    {
        Assert.SkipWhen("\u00e9".Normalize(NormalizationForm.FormD).Length == 1, "This machine has no ICU, and without it .NET cannot take letters apart.");
        await lab.Agent.PutKeyAsync("alike/cafe\u0301", "1", Stop);
        Assert.Contains((await DiagnoseAsync("alike/caf\u00e9")).Findings, finding => finding.Code == "Key.LookAlike");
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_noted_for_who_reads_it()
    {
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = "never/written", Operation = AclOperation.Read });
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists("Key.Missing", FaultOrigin.Real, "a key that nobody wrote is read", diagnosis);
    }

    [Fact]
    public async Task A_key_that_may_not_be_read_is_a_consequence_of_the_denial()
    {
        var token = await lab.Agent.CreateTokenAsync("""key_prefix "mine/" { policy = "write" }""", Stop);
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId, new DiagnosisRequest { Key = "theirs/x" });
        Diagnose.Names("Acl.PermissionDenied", diagnosis);
        Diagnose.Lists("Key.Forbidden", FaultOrigin.Real, "a key that the token may not read", diagnosis);
        Assert.Equal("Acl.PermissionDenied", diagnosis.Findings.Single(finding => finding.Code == "Key.Forbidden").BlockedBy);
    }

    [Fact]
    public async Task A_list_that_shows_nothing_may_hide_something()
    {
        await lab.Agent.PutKeyAsync("hidden/x", "1", Stop);
        var token = await lab.Agent.CreateTokenAsync("""key_prefix "mine/" { policy = "write" }""", Stop);
        var diagnosis = await Diagnose.RunAsync(lab.Agent.HttpAddress!, token.SecretId, new DiagnosisRequest { Key = "hidden/", Operation = AclOperation.List });
        Diagnose.Lists("Key.Filtered", FaultOrigin.Real, "a list of keys that the token may not read", diagnosis);
    }

    [Fact]
    public async Task A_locked_key_is_named()
    {
        await using var holder = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        var session = await holder.CreateLockSessionAsync(cancellationToken: Stop);
        await holder.SendAsync("PUT", $"/v1/kv/locked?acquire={session}", "1", cancellationToken: Stop);
        Diagnose.Names("Key.Locked", FaultOrigin.Real, "another session holds the key's lock", await Diagnose.RunAsync(holder.Address, request: new DiagnosisRequest { Key = "locked" }));
        // Whoever wants the lock itself cannot have it.
        var wanted = await Diagnose.RunAsync(holder.Address, request: new DiagnosisRequest { Key = "locked", Operation = AclOperation.Lock });
        Diagnose.Names("Lock.Held", FaultOrigin.Real, "a lock is asked for that another session holds", wanted);
        Assert.Equal(DiagnosisVerdict.Faulty, wanted.Verdict);
        Assert.Contains($"{holder.AddressText}/v1/session/info/{session}", wanted.RootCause!.Command, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a+b", "Key.PlusAndSpace", "''")]
    [InlineData("a b/c+d", "Key.PlusAndSpace", "'a b/'")]
    [InlineData("a#b/c", "Key.UnescapedHash", "'a#b/'")]
    [InlineData("a?b/c", "Key.UnescapedQuestionMark", "'a?b/'")]
    [InlineData("a'b/c?", "Key.UnescapedQuestionMark", "'<prefix>'")]
    public void The_command_for_an_odd_key_can_be_pasted(string key, string code, string prefix)
    {
        var finding = KeyOddities.Of(key, isPrefix: false).First(one => one.Code == code);

        Assert.Equal($"Get-ConsulKv -Prefix {prefix} -NamesOnly", finding.Command);
    }

    [Theory]
    [InlineData("app/x", "/v1/kv", "Key.NoTrailingSlashOnApi", "a gateway cuts the key off the path")]
    [InlineData("app/x", "/v2/kv/app/x", "Key.WrongApiPath", "a gateway sends the request to another path")]
    [InlineData("app/100%", "/v1/kv/app/100%", "Key.PercentLiteral", "a gateway unescapes the path")]
    public async Task A_path_that_is_changed_on_the_way_is_named(string key, string arrives, string code, string how)
    {
        // The agent is real and says what it says to such a path; only the gateway is made up.
        await using var gateway = new ScriptedHttpServer();
        gateway.On(_ => true, request => Pass(request, request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal) ? arrives : request.Path));
        var address = gateway.Address.OriginalString;
        using var session = LabSessions.Open(address, lab.ManagementToken, LabSessions.Impatient);
        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = [1] }, Stop);
        Assert.Equal((ConsulKvOutcome.Failed, code), (written.Outcome, written.Code));
        FaultMatrix.Add(FaultOrigin.Real, how, written);
        Diagnose.Names(code, FaultOrigin.Real, how, await Diagnose.RunAsync(gateway.Address, lab.ManagementToken, new DiagnosisRequest { Key = key }));
    }

    [Theory]
    [InlineData(400, "invalid key name", "app/ x ", "Key.ValidationTraversal", "the check of 1.21.6 and later")]
    [InlineData(500, ConsulTexts.KeyRegex, "app/a:b", "Key.ValidationRegex", "the check of 1.21.5")]
    [InlineData(404, ConsulTexts.NotAnEndpoint, "app/x", "Key.WrongApiPath", "the text of newer agents for a path that is no endpoint")]
    public async Task What_newer_versions_say_of_a_key_is_named(int status, string text, string key, string code, string how)
    {
        await using var consul = new ScriptedConsul(new() { Version = "1.22.2" });
        consul.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), consul.Reply(text, status));
        Diagnose.Names(code, FaultOrigin.Scripted, how, await Diagnose.RunAsync(consul.Address, request: new DiagnosisRequest { Key = key }));
    }

    private Task<ConsulDiagnosis> DiagnoseAsync(string key) => Diagnose.RunAsync(lab.Agent.HttpAddress!, lab.ManagementToken, new DiagnosisRequest { Key = key });

    /// <summary>Passes a request on with a path as raw as it comes, which no HTTP library would send.</summary>
    private ScriptedResponse Pass(RecordedRequest request, string path)
    {
        using var client = new TcpClient("127.0.0.1", lab.Agent.Ports.Http);
        using var stream = client.GetStream();
        var target = path + (request.Query.Length > 0 ? "?" + request.Query : "");
        var head = $"{request.Method} {target} HTTP/1.0\r\nHost: consul\r\nX-Consul-Token: {lab.ManagementToken}\r\nContent-Length: {Encoding.UTF8.GetByteCount(request.Text)}\r\n\r\n{request.Text}";
        stream.Write(Encoding.UTF8.GetBytes(head));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = reader.ReadToEnd().Split("\r\n\r\n", 2);
        var lines = answer[0].Split("\r\n");
        var headers = lines.Skip(1).Where(line => !line.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("Connection", StringComparison.OrdinalIgnoreCase)
            && !line.StartsWith("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("Content-Type", StringComparison.OrdinalIgnoreCase)).ToArray();
        return ScriptedResponse.Text(answer.Length > 1 ? answer[1] : "", int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), headers);
    }
}
