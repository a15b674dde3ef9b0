using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Kv.Writing;

/// <summary>What was done for a write in a transaction with others, before it goes on alone.</summary>
/// <param name="Began">Timestamp of the beginning: the time for the whole write counts from there.</param>
/// <param name="IndexBefore">The greatest raft index seen anywhere before the first attempt.</param>
/// <param name="Attempts">The attempts so far.</param>
/// <param name="Ambiguity">What made an attempt ambiguous; null when it is known that nothing was applied.</param>
/// <param name="Retries">How often it was tried again, where that counts for this write.</param>
internal sealed record EarlierAttempts(long Began, ulong IndexBefore, IReadOnlyList<ConsulKvAttempt> Attempts, Failure? Ambiguity, int Retries);
