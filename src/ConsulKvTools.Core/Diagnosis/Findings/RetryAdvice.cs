namespace ConsulKvTools;

/// <summary>Whether trying the same request again can help.</summary>
public enum RetryAdvice
{
    /// <summary>The same request will fail again until something is changed.</summary>
    Never,

    /// <summary>Trying at once can help.</summary>
    Now,

    /// <summary>Trying again after a pause can help.</summary>
    AfterBackoff,

    /// <summary>Ask first, by a consistent read, what became of the attempt; only then decide.</summary>
    AfterAsking,
}
