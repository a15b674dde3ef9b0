namespace ConsulKvTools.Resilience;

/// <summary>Why a run of attempts ended.</summary>
public enum RetryEnd
{
    /// <summary>No further attempt was wanted: it went well, or another cannot help.</summary>
    Final,

    /// <summary>Another attempt was wanted, but all were used up.</summary>
    AttemptsUsedUp,

    /// <summary>Another attempt was wanted, but the pause before it was not allowed.</summary>
    PauseRefused,
}
