using System.Text.Json.Serialization;

namespace ConsulKvTools;

/// <summary>One row of the findings catalogue: what a code means, for every place that explains it.</summary>
/// <remarks>
/// Texts may hold places such as <c>{key}</c>, filled from a finding's evidence; a place without evidence is shown as
/// <c>&lt;key&gt;</c>. A released code never changes its meaning.
/// </remarks>
public sealed record FindingDefinition
{
    /// <summary><c>Layer.Cause</c> in PascalCase, for example <c>Acl.PermissionDenied</c>. Never changes once released.</summary>
    public required string Code { get; init; }

    /// <summary>How much it matters for a write.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>Where on the write's way it lies.</summary>
    public required ConsulLayer Layer { get; init; }

    /// <summary>One line, under 90 characters, that names the fault.</summary>
    public required string Title { get; init; }

    /// <summary>Why this happens, in one to three sentences.</summary>
    public required string Cause { get; init; }

    /// <summary>What to do, in one to three sentences.</summary>
    public required string Remedy { get; init; }

    /// <summary>A command line that mends or proves it; null where no single command does.</summary>
    public string? Command { get; init; }

    /// <summary>What it says about a write that met it.</summary>
    public required WriteEffect Effect { get; init; }

    /// <summary>Whether the same request may be tried again.</summary>
    public required RetryAdvice Retry { get; init; }

    /// <summary>True for what passes as soon as the servers have a leader again: an election is waited for by the policy's patience.</summary>
    public bool AwaitsLeader { get; init; }

    /// <summary>What proves it and how it is told from its look-alikes; null when there is nothing to add.</summary>
    public string? Proof { get; init; }

    /// <summary>Consul versions it concerns, in words; null means all.</summary>
    public string? Versions { get; init; }

    /// <summary>Where the fact comes from: "measured on 1.8.7", a path in hashicorp/consul, an issue; null for codes of this product's own.</summary>
    public string? Source { get; init; }

    /// <summary>The code's part before the dot: <c>Acl</c>.</summary>
    [JsonIgnore]
    public string Area => Code.Substring(0, Code.IndexOf('.'));
}
