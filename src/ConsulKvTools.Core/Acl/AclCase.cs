using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>One denial that is to be explained.</summary>
internal sealed record AclCase
{
    /// <summary>Codes that the grant mends; the others keep the command of the catalogue.</summary>
    private static readonly HashSet<string> MendedByGrant = new(StringComparer.Ordinal)
    {
        "Acl.ApiPathRule", "Acl.BlankInRule", "Acl.CaseMismatch", "Acl.DefaultAllowExplicitDeny", "Acl.DeniedByRule", "Acl.DenyBeatsWrite", "Acl.ExactKeyVsPrefix", "Acl.ExactOverridesPrefix", "Acl.GlobRule",
        "Acl.KeyListPolicy", "Acl.LeadingSlashRule", "Acl.ListOnly", "Acl.LongestPrefixDeny", "Acl.NoPolicies", "Acl.NoRule", "Acl.PolicyDeleted", "Acl.PolicyTypo",
        "Acl.PrefixWithSlash", "Acl.ReadOnly", "Acl.RecurseDeleteNeedsWholePrefix", "Acl.SessionWriteMissing", "Acl.WrongResource",
    };

    public required AclOperation Operation { get; init; }

    public required string Key { get; init; }

    public required ConsulKvSession Session { get; init; }

    public AclToken? Token { get; init; }

    public AclHoldings? Holdings { get; init; }

    /// <summary>Where the request is answered; null when not known.</summary>
    public string? Datacenter { get; init; }

    public LockRights Missing { get; init; } = LockRights.Key;

    /// <summary>True when the token may read the key all the same.</summary>
    public bool MayRead { get; init; }

    /// <summary>True when the token may list there all the same.</summary>
    public bool MayList { get; init; }

    /// <summary>The agent's node, where a lock session would be made; null when not known.</summary>
    public string? Node { get; init; }

    /// <summary>True when the token does not count where the request goes, so that only another one can be given the right.</summary>
    public bool NeedsNewToken { get; init; }

    /// <summary>What would allow it.</summary>
    public AclGrant Grant => AclGrant.For(Operation, Key, NeedsNewToken || Token is not { IsAnonymous: false } ? null : Token, NeedsNewToken ? null : Holdings, Datacenter, Missing, Node);

    /// <summary>The policy that every rule of the token must come from; null when there are several, or none.</summary>
    private string? OnlyPolicy => Token is { Policies: [var only], Roles.Count: 0, IsLegacy: false } ? only.Name : null;

    /// <summary>The operation as a verb.</summary>
    public static string Verb(AclOperation operation) => operation switch
    {
        AclOperation.Read => "read",
        AclOperation.List => "list",
        AclOperation.Delete => "delete",
        AclOperation.DeleteRecurse => "delete everything below",
        AclOperation.Lock => "lock",
        _ => "write",
    };

    /// <summary>The finding of this case, with the rule and policy that explain it and the commands that mend it.</summary>
    public ConsulFinding Because(string code, AclRule? rule = null, string? policy = null, params (string, object?)[] more) =>
        BecauseOf(code, rule?.ToHcl(), policy, [("line", rule is { Line: > 0 } ? rule.Line : null), .. more]);

    /// <summary>As <see cref="Because"/>, for a rule that was worked out, not read.</summary>
    public ConsulFinding BecauseOf(string code, string? rule, string? policy, params (string, object?)[] more)
    {
        var grant = Grant;
        var finding = ConsulFinding.Create(code,
        [
            ("key", Printable.Text(Key)), ("prefix", Operation is AclOperation.List or AclOperation.DeleteRecurse ? Printable.Text(Key) : null), ("operation", Verb(Operation)), ("accessor", Token?.Accessor), ("address", Session.Address),
            ("rule", rule is null ? null : Printable.Text(rule)), ("policy", Printable.Text(policy ?? OnlyPolicy ?? (rule is null ? null : "(not visible)")) is { Length: > 0 } name ? name : null), ("datacenter", Datacenter),
            // No rule helps a token that nobody knows.
            ("suggestedRule", code is "Acl.TokenNotFound" or "Acl.AgentDefaultTokenBad" ? null : Printable.Text(grant.Rule.Replace("\n", " "))), .. more,
        ]);
        return MendedByGrant.Contains(code) ? finding with { Command = string.Join("; ", grant.Commands) } : finding;
    }
}
