using System.Text.Json;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>All policies of a token, those of its roles included, with their rules as far as they may be read.</summary>
/// <param name="Policies">Those that could be read.</param>
/// <param name="Names">Names of all that are known to be there; identities included.</param>
/// <param name="Complete">True when nothing is hidden: the rules then say all there is to say.</param>
/// <param name="Deleted">Names of policies that the token or a role lists but that are gone.</param>
internal sealed record AclHoldings(IReadOnlyList<AclPolicy> Policies, IReadOnlyList<string> Names, bool Complete, IReadOnlyList<string> Deleted)
{
    private sealed record Wanted(AclLink Link, string? Role);

    /// <summary>Reads them with <paramref name="reader"/>, whose token needs <c>acl:read</c>.</summary>
    public static async Task<AclHoldings> ReadAsync(AclClient reader, AclToken token, CancellationToken cancellation)
    {
        var complete = true;
        var wanted = token.Policies.Select(link => new Wanted(link, null)).ToList();
        var identities = token.Identities.Select(name => new AclPolicy(name, [])).ToList();
        var roles = await Task.WhenAll(token.Roles.Select(role => reader.TryReadAsync("/v1/acl/role/" + Uri.EscapeDataString(role.Id), cancellation))).ConfigureAwait(false);
        for (var index = 0; index < roles.Length; index++)
        {
            using var role = roles[index];
            if (role is null)
            {
                complete = false;
                continue;
            }
            var content = AclToken.Read(role.RootElement);
            var name = token.Roles[index].Name;
            wanted.AddRange(content.Policies.Select(link => new Wanted(link, name)));
            identities.AddRange(content.Identities.Select(identity => new AclPolicy(identity, []) { Role = name }));
        }
        var policies = new List<AclPolicy>(identities);
        var deleted = new List<string>();
        var answers = await Task.WhenAll(wanted.Select(one => ReadPolicyAsync(reader, one, cancellation))).ConfigureAwait(false);
        foreach (var (policy, gone, link) in answers)
        {
            if (policy is not null) policies.Add(policy);
            else if (gone) deleted.Add(link.Name);
            else complete = false;
        }
        if (token.LegacyRules is { } legacy)
        {
            try
            {
                policies.Add(new AclPolicy("legacy rules of the token", AclRules.ParseLegacy(legacy).Rules));
            }
            catch (AclSyntaxException)
            {
                complete = false;
            }
        }
        var names = wanted.Select(one => one.Link.Name).Concat(identities.Select(identity => identity.Name)).Distinct(StringComparer.Ordinal).ToArray();
        return new AclHoldings(policies, names, complete, deleted);
    }

    private static async Task<(AclPolicy? Policy, bool Gone, AclLink Link)> ReadPolicyAsync(AclClient reader, Wanted wanted, CancellationToken cancellation)
    {
        try
        {
            var response = await reader.GetAsync("/v1/acl/policy/" + Uri.EscapeDataString(wanted.Link.Id), cancellation).ConfigureAwait(false);
            // A reader that may not read is told "Permission denied"; of a policy that is gone Consul says "ACL not found" or 404.
            if (response.Status is 403 or 404 && response.Text.IndexOf("not found", StringComparison.OrdinalIgnoreCase) >= 0) return (null, true, wanted.Link);
            if (response.Status != 200) return (null, false, wanted.Link);
            using var document = JsonDocument.Parse(response.Body);
            var text = document.RootElement.GetProperty("Rules").GetString() ?? "";
            var rules = AclRules.Parse(text);
            var datacenters = document.RootElement.TryGetProperty("Datacenters", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(name => name.GetString() ?? "").ToArray() : [];
            return (new AclPolicy(wanted.Link.Name, rules.Rules) { Id = wanted.Link.Id, Text = text, Unknown = rules.Unknown, Datacenters = datacenters, Role = wanted.Role }, false, wanted.Link);
        }
        catch (Exception error) when (error is ConsulException or JsonException or InvalidOperationException or KeyNotFoundException or AclSyntaxException)
        {
            return (null, false, wanted.Link);
        }
    }
}
