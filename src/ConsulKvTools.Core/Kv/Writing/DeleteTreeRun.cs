using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Removes every key below a prefix. After a lost answer the names are read: none left is success, else the same is sent again, which
/// also removes keys that were created meanwhile: Consul has no check-and-set for a tree.
/// </summary>
internal sealed class DeleteTreeRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => "DELETE recurse";

    protected override ConsulRequest NextRequest() => new() { Method = "DELETE", Path = KvKey.PrefixPath(Write.Key), Query = "recurse" };

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var request = ConsulRequest.Get(KvKey.PrefixPath(Write.Key), "keys&separator=/&consistent");
        var (response, failure) = await SendAsync(request, "read names back", cancellation).ConfigureAwait(false);
        if (response is { Status: 404, Index: not null }) return WriteStep.Settled(ConsulKvOutcome.Written);
        if (failure is not null) return WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never);
        // "[]" may also mean that the token may not list: then only the tree's own answer counts.
        return null;
    }
}
