namespace ConsulKvTools;

/// <summary>A class of the histogram of sizes: values from one power of two up to the next.</summary>
public sealed record ConsulKvSizeClass
{
    /// <summary>The least size in it, in bytes: 0, 1, 2, 4, 8 and so on.</summary>
    public required long From { get; init; }

    /// <summary>The largest size in it, in bytes.</summary>
    public required long To { get; init; }

    /// <summary>Keys whose value is of such a size.</summary>
    public required long Keys { get; init; }

    /// <summary>Bytes of their values.</summary>
    public required long Bytes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(From == To ? Amount.Of(From, "byte") : $"{From} to {To} bytes")}: {Amount.Of(Keys, "key")}";
}
