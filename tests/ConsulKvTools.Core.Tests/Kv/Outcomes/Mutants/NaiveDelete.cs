using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Kv.Outcomes.Mutants;

/// <summary>A removal of a key or a tree that is simply sent again.</summary>
internal sealed class NaiveDelete(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => "DELETE";

    protected override ConsulRequest NextRequest() => Write.Kind == ConsulKvWriteKind.DeleteTree
        ? new() { Method = "DELETE", Path = KvKey.PrefixPath(Write.Key), Query = "recurse" } : KvWireRequest.Delete(Write, null);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override string HowToTell(string shown) => "";
}
