using System.Text.Json;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>Looks for a policy that would allow it and that the token was never given: made, and then not attached.</summary>
internal static class AclUnattached
{
    // A cluster may have thousands of policies, and this question only explains.
    private const int MostPolicies = 200;

    /// <summary>A note with the narrowest such policy; null when there is none, or when policies may not be listed.</summary>
    public static async Task<ConsulFinding?> FindAsync(AclClient reader, AclCase denied, AclHoldings holdings, CancellationToken cancellation)
    {
        if (denied.Token is not { IsAnonymous: false, IsLegacy: false } token) return null;
        using var list = await reader.TryReadAsync("/v1/acl/policies", cancellation).ConfigureAwait(false);
        if (list is not { RootElement.ValueKind: JsonValueKind.Array }) return null;
        var own = holdings.Policies.Select(policy => policy.Id).ToArray();
        var others = Links(list.RootElement).Where(link => link.Id != AclToken.ManagementPolicy && !own.Contains(link.Id)).Take(MostPolicies).ToArray();
        var texts = await Task.WhenAll(others.Select(link => reader.TryReadAsync("/v1/acl/policy/" + Uri.EscapeDataString(link.Id), cancellation))).ConfigureAwait(false);
        AclPolicy? best = null;
        var bestLength = -1;
        for (var index = 0; index < texts.Length; index++)
        {
            using var text = texts[index];
            if (text is null || Read(others[index], text.RootElement) is not { } policy || !policy.IsValidIn(denied.Datacenter)) continue;
            if (!new AclEvaluator([policy]).Decide(denied.Operation, denied.Key).Allowed) continue;
            // With what the token has already it must still be allowed: a denial of its own would win.
            var verdict = new AclEvaluator(holdings.Policies.Append(policy), defaultAllow: false, denied.Datacenter).Decide(denied.Operation, denied.Key);
            if (!verdict.Allowed || verdict.Rule is not { } rule || rule.Segment.Length <= bestLength) continue;
            (best, bestLength) = (policy, rule.Segment.Length);
        }
        if (best is null) return null;
        var role = await RoleOfAsync(reader, best.Id!, token, cancellation).ConfigureAwait(false);
        var note = AclNotes.Note("Acl.PolicyNotAttached", ("policy", Printable.Text(best.Name)), ("role", Printable.Text(role) is { Length: > 0 } name ? name : null), ("operation", AclCase.Verb(denied.Operation)),
            ("key", Printable.Text(denied.Key)), ("accessor", token.Accessor));
        return note with { Command = $"{AclGrant.Update(token)} -policy-id {best.Id}" };
    }

    private static async Task<string?> RoleOfAsync(AclClient reader, string policy, AclToken token, CancellationToken cancellation)
    {
        using var roles = await reader.TryReadAsync("/v1/acl/roles", cancellation).ConfigureAwait(false);
        if (roles is not { RootElement.ValueKind: JsonValueKind.Array }) return null;
        return roles.RootElement.EnumerateArray()
            .Where(role => AclToken.Read(role).Policies.Any(link => link.Id == policy) && role.TryGetProperty("ID", out var id) && token.Roles.All(own => own.Id != id.GetString()))
            .Select(role => role.TryGetProperty("Name", out var name) ? name.GetString() : null).FirstOrDefault();
    }

    private static IEnumerable<AclLink> Links(JsonElement list) => list.EnumerateArray()
        .Where(row => row.ValueKind == JsonValueKind.Object && row.TryGetProperty("ID", out _) && row.TryGetProperty("Name", out _))
        .Select(row => new AclLink(row.GetProperty("ID").GetString() ?? "", row.GetProperty("Name").GetString() ?? ""));

    private static AclPolicy? Read(AclLink link, JsonElement policy)
    {
        try
        {
            var datacenters = policy.TryGetProperty("Datacenters", out var names) && names.ValueKind == JsonValueKind.Array ? names.EnumerateArray().Select(name => name.GetString() ?? "").ToArray() : [];
            return new AclPolicy(link.Name, AclRules.Parse(policy.GetProperty("Rules").GetString() ?? "").Rules) { Id = link.Id, Datacenters = datacenters };
        }
        catch (Exception error) when (error is AclSyntaxException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
