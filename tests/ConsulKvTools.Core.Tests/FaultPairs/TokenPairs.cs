using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>Tokens, together with everything else that is wrong with the write.</summary>
internal static class TokenPairs
{
    public static IEnumerable<FaultPair> All =>
    [
        new("an unknown token, and a value that is too large", ["Limit.KvMaxValueSize", "Acl.TokenNotFound", "Key.Forbidden < Acl.TokenNotFound"], async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, FaultPairLab.UnknownToken, FaultPairLab.TooLarge)),
        new("a token that may only read, and a value that is too large", ["Limit.KvMaxValueSize", "Acl.ReadOnly"], async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, await lab.TokenAsync(), FaultPairLab.TooLarge)),
        new("an unknown token, and a key that begins with a slash", ["Acl.TokenNotFound", "Key.LeadingSlash"], async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, FaultPairLab.UnknownToken, new DiagnosisRequest { Key = "/app/x" })),
        new("a value that is too large, and a key with an empty part", ["Limit.KvMaxValueSize", "Key.DoubleSlash"], async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, (await lab.Acl).ManagementToken, FaultPairLab.TooLarge with { Key = "app//x" })),
        new("a token that may only read, and a key that somebody holds locked", ["Acl.ReadOnly", "Key.Locked", "Acl.PermissionDenied < Acl.ReadOnly"], async lab =>
        {
            var agent = await lab.Acl;
            await agent.SendAsync("PUT", "/v1/kv/app/held?acquire=" + await agent.CreateLockSessionAsync(), "v");
            return await Diagnose.RunAsync(agent.Address, await lab.TokenAsync(), new DiagnosisRequest { Key = "app/held" });
        }),
        new("a key that somebody holds locked, and a value that is too large", ["Limit.KvMaxValueSize", "Key.Locked"], async lab =>
        {
            var agent = await lab.Plain;
            await agent.SendAsync("PUT", "/v1/kv/app/held?acquire=" + await agent.CreateLockSessionAsync(), "v");
            return await Diagnose.RunAsync(agent.Address, request: FaultPairLab.TooLarge with { Key = "app/held" });
        }),
        new("a token that may only read one key, and not write the canary's", ["Acl.ReadOnly", "Acl.PermissionDenied", "Acl.PermissionDenied < Acl.ReadOnly"], async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, await lab.TokenAsync(), new DiagnosisRequest { Key = "app/x", CanaryPrefix = "canary" })),
        new("the token file missing, and a value that is too large", ["Config.TokenFileMissing", "Limit.KvMaxValueSize", "Acl.AnonymousDenied < Config.TokenFileMissing", "Key.Forbidden < Config.TokenFileMissing"], async lab =>
            await FaultPairLab.WithVariablesAsync(FaultPairLab.TooLarge, ("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", Path.Combine(lab.Certificates.Folder, "none")))),
        new("the token file empty, and a key that begins with a slash", ["Config.TokenFileEmpty", "Key.LeadingSlash"], async lab =>
            await FaultPairLab.WithVariablesAsync(new DiagnosisRequest { Key = "/app/x" }, ("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", lab.Write("\n")))),
        new("a token with quotes in a file that beats another token", ["Config.TokenQuotedOrCase", "Config.TokenFileBeatsEnv", "Acl.TokenNotFound < Config.TokenQuotedOrCase", "Acl.TokenMalformed < Config.TokenQuotedOrCase", "Key.Forbidden < Config.TokenQuotedOrCase"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", lab.Write($"\"{await lab.TokenAsync()}\"")),
                ("CONSUL_HTTP_TOKEN", FaultPairLab.UnknownToken))),
        new("a byte order mark before a token that may only read", ["Config.TokenBom", "Acl.ReadOnly", "Acl.PermissionDenied < Acl.ReadOnly"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", lab.Write("\uFEFF" + await lab.TokenAsync())))),
        new("a file's unknown token that beats a good one, and a value that is too large", ["Config.TokenFileBeatsEnv", "Limit.KvMaxValueSize", "Acl.TokenNotFound < Config.TokenFileBeatsEnv", "Key.Forbidden < Config.TokenFileBeatsEnv"], async lab =>
            await FaultPairLab.WithVariablesAsync(FaultPairLab.TooLarge, ("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", lab.Write(FaultPairLab.UnknownToken)),
                ("CONSUL_HTTP_TOKEN", (await lab.Acl).ManagementToken!))),
        new("a file's read-only token that beats a good one", ["Acl.ReadOnly", "Config.TokenFileBeatsEnv", "Acl.PermissionDenied < Acl.ReadOnly"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", (await lab.Acl).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", lab.Write(await lab.TokenAsync())),
                ("CONSUL_HTTP_TOKEN", (await lab.Acl).ManagementToken!))),
        new("a namespace on the Community Edition, and a token that may only read", ["Config.NamespaceOnCe", "Acl.ReadOnly"], async lab =>
            await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Acl).Address.ToString(), Namespace = "team", Token = new ConsulSecret(await lab.TokenAsync()) })),
        new("a datacenter that does not exist, and a token that may only read", ["Wan.UnknownDatacenter"], async lab =>
            await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Acl).Address.ToString(), Datacenter = "dc7", Token = new ConsulSecret(await lab.TokenAsync()) })),
        new("a datacenter that does not exist, and a key that begins with a slash", ["Wan.UnknownDatacenter", "Key.LeadingSlash"], async lab =>
            await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Plain).Address.ToString(), Datacenter = "dc7" }, new DiagnosisRequest { Key = "/app/x" })),
        new("neither the right to write the key nor to make lock sessions", ["Acl.ReadOnly", "Acl.PermissionDenied < Acl.ReadOnly"], async lab =>
            await Diagnose.RunAsync((await lab.Acl).Address, await lab.TokenAsync(), new DiagnosisRequest { Key = "app/x", Operation = AclOperation.Lock })),
    ];
}
