namespace ConsulKvTools.Kv.Locks;

/// <summary>What is to be locked, and how.</summary>
internal sealed record KvLockRequest
{
    /// <summary>What <c>consul lock</c> calls a lock's key below its prefix.</summary>
    public const string LockName = ".lock";

    /// <summary>The key that is locked; of a semaphore the prefix, without a slash at its end.</summary>
    public required string Key { get; init; }

    /// <summary>How many may hold it at once, 1 or more. Above 1 it is a semaphore, laid out as <c>consul lock -n</c> does.</summary>
    public int Limit { get; init; } = 1;

    /// <summary>After this time without renewal the servers may end the lock session: 10 s to 24 h.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long nobody may lock the key after its holder was lost: 0 to 60 s.</summary>
    public TimeSpan LockDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What becomes of the key when its holder is lost.</summary>
    public ConsulLockBehavior Behavior { get; init; }

    /// <summary>Checks of the agent's node that end the lock session when they fail; null is Consul's own choice, <c>serfHealth</c>.</summary>
    public IReadOnlyList<string>? NodeChecks { get; init; }

    /// <summary>Checks of services of the agent's node that end the lock session when they fail.</summary>
    public IReadOnlyList<string> ServiceChecks { get; init; } = [];

    /// <summary>The lock session's name; null makes one of key, user and machine.</summary>
    public string? Name { get; init; }

    /// <summary>The longest wait for the lock; null waits for as long as it takes, zero not at all.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>The locks that only whoever waits could give back: to wait for them without end would be to wait for oneself.</summary>
    public IReadOnlyCollection<ConsulKvLock> Own { get; init; } = [];

    /// <summary>True for a semaphore.</summary>
    public bool IsSemaphore => Limit > 1;
}
