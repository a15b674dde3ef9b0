namespace ConsulKvTools;

/// <summary>How the pause grows from one attempt to the next.</summary>
public enum BackoffType
{
    /// <summary>The same pause each time.</summary>
    Constant,

    /// <summary>One base delay more each time.</summary>
    Linear,

    /// <summary>Twice the pause each time.</summary>
    Exponential,
}
