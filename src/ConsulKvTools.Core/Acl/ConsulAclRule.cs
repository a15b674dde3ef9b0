namespace ConsulKvTools;

/// <summary>A rule of the token's that speaks of a key, and what it has to do with the answer.</summary>
public sealed record ConsulAclRule
{
    /// <summary>The rule as one line of HCL.</summary>
    public required string Rule { get; init; }

    /// <summary>The name of the policy it stands in.</summary>
    public required string Policy { get; init; }

    /// <summary>The policy's id; null for the rules of a legacy token.</summary>
    public string? PolicyId { get; init; }

    /// <summary>The role that brings the policy; null when it hangs on the token itself.</summary>
    public string? Role { get; init; }

    /// <summary>The line of the policy's text it begins at, from 1.</summary>
    public int Line { get; init; }

    /// <summary>True for the rule that decides.</summary>
    public bool IsDeciding { get; init; }

    /// <summary>Why it decides, or why it does not.</summary>
    public required string Why { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsDeciding ? "decides" : "ignored")}: {Rule} of policy {Policy}{(Role is null ? "" : $" (role {Role})")}: {Why}";
}
