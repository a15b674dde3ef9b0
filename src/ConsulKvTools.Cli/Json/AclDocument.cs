namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv acl</c> found.</summary>
internal sealed record AclDocument(string Key, IReadOnlyList<AclAnswer> Results) : CommandDocument("acl")
{
    public static AclDocument Of(string key, IReadOnlyList<ConsulAclResult> results) => new(key, [.. results.Select(AclAnswer.Of)]);
}
