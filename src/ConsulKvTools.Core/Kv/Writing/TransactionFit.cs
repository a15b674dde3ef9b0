using System.Globalization;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Whether a batch fits into one transaction. What every agent takes is sent without a question; what no agent takes is refused here; in
/// between the agent is asked for its own limits. An agent that does not tell them decides itself, by the length alone: the body waits
/// for its go-ahead.
/// </summary>
internal sealed class TransactionFit
{
    private readonly IReadOnlyList<ConsulKvWrite> writes;
    private readonly int count;
    private readonly long size;

    /// <param name="writes">The batch.</param>
    /// <param name="marker">The marker that is written along with it; null without.</param>
    public TransactionFit(IReadOnlyList<ConsulKvWrite> writes, ConsulKvWrite? marker)
    {
        this.writes = writes;
        count = writes.Count + (marker is null ? 0 : 1);
        size = TransactionSize.Of(writes) + (marker is null ? 0 : TransactionSize.Of(marker) + 1);
    }

    /// <summary>The numbers, for people: what the batch has, and which of its writes make it large.</summary>
    public string Numbers
    {
        get
        {
            var largest = writes.OrderByDescending(TransactionSize.Of).Take(3)
                .Select(write => string.Format(CultureInfo.InvariantCulture, "{0} ({1} bytes)", Printable.Text(write.Key, 60), TransactionSize.Of(write)));
            return string.Format(CultureInfo.InvariantCulture, "It has {0} operations and {1} bytes, values in base64; the largest: {2}.", count, size, string.Join(", ", largest));
        }
    }

    /// <summary>Why the batch cannot be sent; null when it fits, or only the agent can tell.</summary>
    public async Task<ConsulFinding?> ProblemAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        if (count > AgentLimits.OperationsOfNew) return TooMany(AgentLimits.OperationsOfNew);
        if (count <= AgentLimits.OperationsOfOld && size <= AgentLimits.DefaultBytes) return null;
        var (operations, bytes, _) = await AgentLimits.AskAsync(session, cancellation).ConfigureAwait(false);
        if (count > operations) return TooMany(operations.Value);
        return size > bytes ? ConsulFinding.Create("Limit.TxnMaxReqLen", Evidence(bytes.Value)) : null;
    }

    private ConsulFinding TooMany(int limit) => ConsulFinding.Create("Limit.TxnOps", Evidence(limit));

    private (string, object?)[] Evidence(long limit) => [("count", count), ("size", size), ("limit", limit), ("text", Numbers)];
}
