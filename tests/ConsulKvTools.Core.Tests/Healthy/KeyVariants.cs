using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Keys and values at the edge of what Consul takes.</summary>
internal static class KeyVariants
{
    private static readonly (string How, string Key)[] Keys =
    [
        ("in Unicode", "app/größe/日本語/🔑"), ("with spaces", "app/a b/ c "), ("with a %", "app/100%/%41"), ("with a ?", "app/what?cas=0"), ("with a #", "app/#1"),
        ("with a +", "app/a+b"), ("with dots", "app/v1.2.3/.hidden/..."), ("that ends in a slash", "app/folder/"), ("with a backslash", @"app\x"), ("with quotes and brackets", "app/\"a\"/<b>/{c}/[d]/'e'"),
        ("with an ampersand and an equals sign", "app/a=b&c=d"), ("of one character", "k"), ("of 1 KiB", "app/" + new string('k', 1020)), ("of 4 KiB", "app/" + new string('k', 4092)), ("with a hundred segments", string.Join('/', Enumerable.Range(0, 100))),
    ];

    public static IEnumerable<HealthyVariant> All =>
    [
        .. Keys.Select(key => new HealthyVariant($"a key {key.How}", lab => PlainAsync(lab, new DiagnosisRequest { Key = key.Key }))),
        .. Keys.Take(7).Select(key => new HealthyVariant($"a rule for a key {key.How}", lab => HealthyLab.WithRulesAsync(lab.Acl, $"key \"{key.Key}\" {{ policy = \"write\" }}", new DiagnosisRequest { Key = key.Key }))),
        .. new[] { 0, 1, 100_000, 524_288 }.Select(size => new HealthyVariant($"a value of {size} bytes", lab => PlainAsync(lab, new DiagnosisRequest { Key = "app/x", Value = new byte[size] }))),
        new("a value of 1 MiB where the limit was raised", _ => HealthyLab.WithAgentAsync(
            new ConsulAgentOptions { InMemory = true, ExtraConfig = """{ "limits": { "kv_max_value_size": 2097152, "txn_max_req_len": 4194304 } }""" }, new DiagnosisRequest { Key = "app/x", Value = new byte[1_048_576] })),
        new("a key that exists", async lab =>
        {
            await (await lab.Plain).PutKeyAsync("app/there", "v");
            return await PlainAsync(lab, new DiagnosisRequest { Key = "app/there" });
        }),
        new("a key that exists with a large value", async lab =>
        {
            await (await lab.Plain).PutKeyAsync("app/large", new string('v', 500_000));
            return await PlainAsync(lab, new DiagnosisRequest { Key = "app/large" });
        }),
        new("a key that was locked and released", async lab =>
        {
            var agent = await lab.Plain;
            var holder = await agent.CreateLockSessionAsync();
            await agent.SendAsync("PUT", "/v1/kv/app/released?acquire=" + holder, "v");
            await agent.SendAsync("PUT", "/v1/kv/app/released?release=" + holder, "v");
            return await PlainAsync(lab, new DiagnosisRequest { Key = "app/released" });
        }),
        new("reading a key that somebody holds locked", async lab =>
        {
            var agent = await lab.Plain;
            await agent.SendAsync("PUT", "/v1/kv/app/held?acquire=" + await agent.CreateLockSessionAsync(), "v");
            return await PlainAsync(lab, new DiagnosisRequest { Key = "app/held", Operation = AclOperation.Read });
        }),
        new("a canary", lab => PlainAsync(lab, new DiagnosisRequest { Key = "app/x", CanaryPrefix = "canary" })),
        new("a canary and a value at the limit with ACLs", lab => HealthyLab.WithRulesAsync(
            lab.Acl, "key_prefix \"\" { policy = \"write\" }", new DiagnosisRequest { Key = "app/x", Value = new byte[524_288], CanaryPrefix = "canary/" })),
        .. new[] { AclOperation.Read, AclOperation.List, AclOperation.Delete, AclOperation.DeleteRecurse, AclOperation.Lock }.Select(operation =>
            new HealthyVariant($"{operation} without ACLs", lab => PlainAsync(lab, new DiagnosisRequest { Key = "app/x", Operation = operation }))),
    ];

    private static async Task<ConsulDiagnosis> PlainAsync(HealthyLab lab, DiagnosisRequest request) => await Diagnose.RunAsync((await lab.Plain).Address, request: request);
}
