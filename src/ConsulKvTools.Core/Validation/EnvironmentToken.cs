namespace ConsulKvTools.Validation;

/// <summary>One token of the description, by its name. The name is all that is ever shown.</summary>
internal sealed record EnvironmentToken(string Name, ConsulSecret? Secret, string? File)
{
    /// <summary>What requests without any token are called.</summary>
    public const string AnonymousName = "anonymous";

    /// <summary>No token at all.</summary>
    public static EnvironmentToken Anonymous { get; } = new(AnonymousName, null, null);

    public bool IsAnonymous => !IsBroken && Secret is null && File is null;

    /// <summary>True where the description says a token that cannot be had: nothing may be asked with it, least of all without any token instead.</summary>
    public bool IsBroken { get; private init; }

    /// <summary>A token that was meant but cannot be had.</summary>
    public static EnvironmentToken Broken(string name) => new(name, null, null) { IsBroken = true };
}
