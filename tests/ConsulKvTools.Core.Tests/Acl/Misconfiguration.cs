using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>One way to get ACLs wrong, and what has to be changed first.</summary>
/// <param name="How">What was done, in a few words.</param>
/// <param name="Code">The root cause that a diagnosis names.</param>
/// <param name="Setting">Makes it and gives what the failing program would use.</param>
internal sealed record Misconfiguration(string How, string Code, Func<AclAgents, Task<Misconfigured>> Setting)
{
    /// <summary>The code of a write that meets it; null when the write goes through or is not what fails.</summary>
    public string? WriteCode { get; init; } = "Acl.PermissionDenied";
}

/// <summary>What a program that meets the fault would use.</summary>
internal sealed record Misconfigured(ConsulAgent Agent, string? Token)
{
    public string Key { get; init; } = "app/x";

    public AclOperation Operation { get; init; } = AclOperation.Write;

    public string? Datacenter { get; init; }

    /// <summary>Where the program goes instead of the agent itself; null for the agent.</summary>
    public Uri? Through { get; init; }
}
