using ConsulKvTools.Acl;

namespace ConsulKvTools.Validation.Checks;

/// <summary>One cell of the matrix token × key × operation.</summary>
internal static class AccessCheck
{
    public static async Task<ConsulFinding?> RunAsync(EnvironmentAgent agent, EnvironmentToken? token, string key, AclOperation operation, bool allow, CancellationToken cancellation)
    {
        using var session = agent.OpenUsable(token);
        var result = (await AclTest.RunAsync(session, key, [operation], null, cancellation).ConfigureAwait(false)).Single();
        if (result.Allowed == allow)
            // A token that does not exist may do nothing either: that is no proof of a rule.
            return allow || result.Finding is not { } why || !SaysNothingOfRules(why) ? null : why;
        return result.Allowed == true
            ? ConsulFinding.Create("Expect.AccessAllowed", ("name", token?.Name ?? agent.Name), ("operation", operation.ToString().ToLowerInvariant()), ("key", Printable.Text(key)), ("reason", result.Reason), ("address", session.Address))
            : result.Finding ?? ConsulFinding.Create("Expect.NotSeen", ("what", $"whether {key} may be {operation}"), ("address", session.Address), ("agent", agent.Name));
    }

    private static bool SaysNothingOfRules(ConsulFinding finding) => finding.Code.StartsWith("Acl.Token", StringComparison.Ordinal) || finding.Code is "Acl.AgentDefaultTokenBad" or "Acl.DownPolicyDeny" || finding.Layer != ConsulLayer.Acl;
}
