using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Tokens that may do what is asked, and often nothing else.</summary>
internal static class AclVariants
{
    private const string OneKey = "key \"app/x\" { policy = \"write\" }";

    public static IEnumerable<HealthyVariant> All =>
    [
        new("a management token", async lab => await Diagnose.RunAsync((await lab.Acl).Address, (await lab.Acl).ManagementToken)),
        new("a management token without a key", async lab => await Diagnose.RunAsync((await lab.Acl).Address, (await lab.Acl).ManagementToken, new DiagnosisRequest())),
        new("a token for other keys, without a key", lab => HealthyLab.WithRulesAsync(lab.Acl, OneKey, new DiagnosisRequest())),
        new("write on just this key", lab => HealthyLab.WithRulesAsync(lab.Acl, OneKey)),
        new("write on a prefix", lab => HealthyLab.WithRulesAsync(lab.Acl, "key_prefix \"app/\" { policy = \"write\" }")),
        new("write below a wider deny", lab => HealthyLab.WithRulesAsync(lab.Acl, "key_prefix \"\" { policy = \"deny\" } key_prefix \"app/\" { policy = \"write\" }")),
        new("a deny for another key", lab => HealthyLab.WithRulesAsync(lab.Acl, "key_prefix \"app/\" { policy = \"write\" } key \"app/secret\" { policy = \"deny\" }")),
        new("read of one key", lab => HealthyLab.WithRulesAsync(lab.Acl, "key \"app/x\" { policy = \"read\" }", Asking(AclOperation.Read))),
        new("list of one prefix", lab => HealthyLab.WithRulesAsync(lab.Acl, "key_prefix \"app/\" { policy = \"read\" }", Asking(AclOperation.List, "app/"))),
        new("list of one prefix where listing is guarded", lab => HealthyLab.WithRulesAsync(lab.Listing, "key_prefix \"app/\" { policy = \"list\" }", Asking(AclOperation.List, "app/"))),
        new("write of one key where listing is guarded", lab => HealthyLab.WithRulesAsync(lab.Listing, OneKey)),
        new("delete of one key", lab => HealthyLab.WithRulesAsync(lab.Acl, OneKey, Asking(AclOperation.Delete))),
        new("delete of a tree", lab => HealthyLab.WithRulesAsync(lab.Acl, "key_prefix \"app/\" { policy = \"write\" }", Asking(AclOperation.DeleteRecurse, "app/"))),
        new("lock of one key", lab => HealthyLab.WithRulesAsync(lab.Acl, OneKey + " session_prefix \"\" { policy = \"write\" }", Asking(AclOperation.Lock))),
        new("every operation with a management token: list of everything", async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, (await lab.Acl).ManagementToken, Asking(AclOperation.List, ""))),
        new("a policy that comes by a role", async lab =>
        {
            var agent = await lab.Acl;
            var policy = await agent.CreatePolicyAsync("by-role", OneKey);
            var role = await agent.SendAsync("PUT", "/v1/acl/role", $$"""{ "Name": "writers", "Policies": [{ "ID": "{{policy}}" }] }""");
            Assert.True(role.Status == System.Net.HttpStatusCode.OK, role.Body);
            var token = await agent.CreateTokenFromJsonAsync("""{ "Roles": [{ "Name": "writers" }] }""");
            return await Diagnose.RunAsync(agent.Address, token.SecretId);
        }),
        new("a local token in its own datacenter", async lab => await WithTokenAsync(lab, "local", "\"Local\": true")),
        new("a token that expires in a week", async lab => await WithTokenAsync(lab, "week", "\"ExpirationTTL\": \"24h\"")),
        new("a token in CONSUL_HTTP_TOKEN", async lab => await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN", await SecretAsync(lab)))),
        new("a token file", lab => FromFileAsync(lab, "{0}")),
        new("a token file that ends in a line break", lab => FromFileAsync(lab, "{0}\n")),
        new("a token file from Windows", lab => FromFileAsync(lab, "{0}\r\n")),
        new("the same token by file and by variable", lab => FromFileAsync(lab, "{0}\n", alsoVariable: true)),
        new("an explicit token that beats the variable", async lab => await Diagnose.RunAsync(
            new ConsulSessionOptions { Address = (await lab.Acl).Address.ToString(), Token = new ConsulSecret(await SecretAsync(lab)) }, null,
            new Dictionary<string, string> { ["CONSUL_HTTP_TOKEN"] = Guid.NewGuid().ToString() })),
        new("no token where everything is allowed", async lab => await Diagnose.RunAsync((await lab.Allowing).Address)),
        new("a management token where everything is allowed", async lab => await Diagnose.RunAsync((await lab.Allowing).Address, (await lab.Allowing).ManagementToken)),
        new("a token without policies where everything is allowed", lab => HealthyLab.WithRulesAsync(lab.Allowing, "")),
        new("a token where ACLs are off", async lab => await Diagnose.RunAsync((await lab.Plain).Address, Guid.NewGuid().ToString())),
        new("the anonymous token allowed to write", async _ =>
        {
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions() });
            await agent.CreatePolicyAsync("everybody", OneKey);
            var changed = await agent.SendAsync("PUT", "/v1/acl/token/00000000-0000-0000-0000-000000000002", """{ "Policies": [{ "Name": "everybody" }] }""");
            Assert.True(changed.Status == System.Net.HttpStatusCode.OK, changed.Body);
            return await Diagnose.RunAsync(agent.Address);
        }),
        new("no token of one's own, the agent's default one", async _ =>
        {
            var secret = Guid.NewGuid().ToString();
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions { DefaultToken = secret } });
            await agent.CreatePolicyAsync("default", OneKey);
            await agent.CreateTokenFromJsonAsync($$"""{ "SecretID": "{{secret}}", "Policies": [{ "Name": "default" }] }""");
            return await Diagnose.RunAsync(agent.Address);
        }),
    ];

    private static DiagnosisRequest Asking(AclOperation operation, string key = "app/x") => new() { Key = key, Operation = operation };

    private static async Task<string> SecretAsync(HealthyLab lab) => (await (await lab.Acl).CreateTokenAsync(OneKey)).SecretId;

    private static async Task<ConsulDiagnosis> WithTokenAsync(HealthyLab lab, string policy, string json)
    {
        var agent = await lab.Acl;
        await agent.CreatePolicyAsync(policy, OneKey);
        var token = await agent.CreateTokenFromJsonAsync($$"""{ "Policies": [{ "Name": "{{policy}}" }], {{json}} }""");
        return await Diagnose.RunAsync(agent.Address, token.SecretId);
    }

    private static async Task<ConsulDiagnosis> FromFileAsync(HealthyLab lab, string content, bool alsoVariable = false)
    {
        var secret = await SecretAsync(lab);
        var file = Path.Combine(lab.Certificates.Folder, "token-" + Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(file, string.Format(null, content, secret));
        (string, string)[] variables = [("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", file)];
        return await HealthyLab.WithVariablesAsync(alsoVariable ? [.. variables, ("CONSUL_HTTP_TOKEN", secret)] : variables);
    }
}
