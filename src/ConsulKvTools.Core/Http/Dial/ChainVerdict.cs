namespace ConsulKvTools.Http;

/// <summary>What <see cref="ChainJudge"/> thinks of the server's certificates.</summary>
/// <param name="Faults">What forbids the connection, the one to mend first in front: trust, time, usage, name.</param>
/// <param name="Remarks">What works here and now, but not for every client or not for long.</param>
internal sealed record ChainVerdict(IReadOnlyList<ChainFault> Faults, IReadOnlyList<ChainFault> Remarks)
{
    public bool Accepted => Faults.Count == 0;
}
