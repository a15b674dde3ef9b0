using System.Globalization;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv.Bulk;

/// <summary>
/// Writes that have nothing to do with each other, in one transaction. Tried again as a whole only while nothing can have been written;
/// everything else is for the writes themselves to find out, each by the rules of its kind.
/// </summary>
internal sealed class TransactionRun(ConsulKvSession session, ConsulKvWrite[] writes, Guid[] ids) : WriteRun(session, writes[0])
{
    private ulong[]? indexes;

    /// <summary>Why it is not settled; <see cref="TransactionRefusal.None"/> when it is.</summary>
    public TransactionRefusal Refusal { get; private set; }

    /// <summary>True when there are no transactions to be had from this agent, whatever is written.</summary>
    public bool IsEndpointClosed { get; private set; }

    /// <summary>Bytes that this agent takes in one transaction, by its own word; null when it did not say.</summary>
    public int? Limit { get; private set; }

    /// <summary>The operations that Consul named.</summary>
    public HashSet<int> Blamed { get; private set; } = [];

    protected override string Action => $"TXN of {writes.Length}";

    /// <summary>What the writes go on from.</summary>
    public EarlierAttempts Earlier(ConsulKvWriteResult whole) => new(Began, IndexBefore, whole.Attempts, Ambiguity, Retries);

    /// <summary>The result of one write of a settled transaction.</summary>
    public ConsulKvWriteResult ResultOf(int position, ConsulKvWriteResult whole)
    {
        var write = writes[position];
        if (whole.Outcome == ConsulKvOutcome.Written)
            return new ConsulKvWriteResult
            {
                Key = write.Key, Kind = write.Kind, Outcome = ConsulKvOutcome.Written, ValueSize = ValueSizeOf(write), ModifyIndex = indexes![position] is > 0 and var index ? index : null,
                Attempts = whole.Attempts, Notes = KvWriter.NotesOf(write, indexes[position]), Duration = whole.Duration, Began = whole.Began, Session = whole.Session,
                OperationId = ids[position], TransactionId = Id, Retries = position == 0 ? Retries : 0,
            };
        var settled = new Settlement(whole.Outcome, whole.Finding?.With(("key", Printable.Text(write.Key))), null);
        return ResultOf(write, settled) with { Duration = whole.Duration, OperationId = ids[position], TransactionId = Id, Retries = position == 0 ? Retries : 0 };
    }

    protected override ConsulRequest NextRequest() => KvTransaction.Request(writes);

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation)
    {
        indexes = TransactionAnswer.IndexesOf(response.Body, writes);
        return Task.FromResult(indexes is null ? Refused(TransactionRefusal.Lost, Unreadable(response, "the answer to a transaction does not name its keys")) : WriteStep.Settled(ConsulKvOutcome.Written));
    }

    protected override Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation)
    {
        if (failure.Effect == WriteEffect.Ambiguous) return Task.FromResult(Refused(TransactionRefusal.Lost, failure));
        switch (response?.Status)
        {
            case 409 when KvTransaction.ReadErrors(response.Body) is { Count: > 0 } named && named.All(error => error.Operation >= 0 && error.Operation < writes.Length):
                Blamed = named.Select(error => error.Operation).ToHashSet();
                return Task.FromResult(Refused(TransactionRefusal.Blamed, failure));
            case 400 or 409 or 413:
                if (failure.Code == "Limit.TxnMaxReqLen" && int.TryParse(failure.Finding.Evidence["limit"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0) Limit = limit;
                return Task.FromResult(Refused(TransactionRefusal.Whole, failure));
            case 401 or 403 or 404 or 405 or 501:
                IsEndpointClosed = !Classifier.IsAclDenial(response);
                return Task.FromResult(Refused(TransactionRefusal.Endpoint, failure));
            default:
                return Task.FromResult(OnFailure(failure));
        }
    }

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    /// <summary>Nobody is told this: the writes go on alone, and each says it for itself.</summary>
    protected override string HowToTell(string shown) => "";

    /// <summary>The end of the transaction, not of its writes.</summary>
    private WriteStep Refused(TransactionRefusal refusal, Failure failure)
    {
        Refusal = refusal;
        OnFailure(failure);
        return WriteStep.Settled(ConsulKvOutcome.Failed, failure.Finding);
    }
}
