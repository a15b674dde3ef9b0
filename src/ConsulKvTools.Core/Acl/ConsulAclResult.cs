namespace ConsulKvTools;

/// <summary>Whether the session's token may do one thing to one key, and why.</summary>
public sealed record ConsulAclResult
{
    /// <summary>The key or prefix.</summary>
    public required string Key { get; init; }

    /// <summary>What was asked.</summary>
    public required AclOperation Operation { get; init; }

    /// <summary>True when allowed, false when not, null when it could not be found out.</summary>
    public required bool? Allowed { get; init; }

    /// <summary>The code of the reason when not allowed or not known; null when allowed.</summary>
    public string? Code => Finding?.Code;

    /// <summary>How it was found out: <c>Authorize</c>, <c>NoOpWrite</c>, <c>Read</c> or <c>AclsDisabled</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The token's accessor id, never its secret; null when unknown or anonymous.</summary>
    public string? AccessorId { get; init; }

    /// <summary>Names of the policies the token has, those of its roles included; null when they cannot be seen.</summary>
    public IReadOnlyList<string>? Policies { get; init; }

    /// <summary>The policy that decides, with the role that brings it, or the cluster's default policy; null when it cannot be seen.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>The rule that decides, as HCL; null when it cannot be seen or no rule matches.</summary>
    public string? DecidingRule { get; init; }

    /// <summary>Why the answer is what it is, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Every rule of the token's that speaks of the key, the deciding one first; empty when none does or they cannot be seen.</summary>
    public IReadOnlyList<ConsulAclRule> Rules { get; init; } = [];

    /// <summary>The smallest HCL rule that would allow it; null when it is allowed.</summary>
    public string? SuggestedRule { get; init; }

    /// <summary>
    /// Commands for an ACL admin that apply the suggested rule and leave everything else as it is, one a line; null when it is allowed, or
    /// when no rule would mend it.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>The reason, with evidence and remedy; null when allowed.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>Slips seen in the rules, and other things worth knowing.</summary>
    public IReadOnlyList<ConsulFinding> Notes { get; init; } = [];

    /// <summary>The session it was asked with.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Operation} {Key}: {Allowed switch { true => "allowed", false => "denied", null => "unknown" }}";
}
