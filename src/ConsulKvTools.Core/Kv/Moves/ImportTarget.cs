using System.Runtime.CompilerServices;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Moves;

/// <summary>What is in the store where an import looks: the folder that holds all of its keys, or all that it may remove from.</summary>
/// <param name="session">The session to read with.</param>
/// <param name="options">How the import is done.</param>
/// <param name="removes">True when keys go that the document does not have.</param>
internal sealed class ImportTarget(ConsulKvSession session, KvImportOptions options, bool removes)
{
    /// <summary>Why some of it may not have been seen; null when all was, or nothing depends on it.</summary>
    public ConsulFinding? Hidden { get; private set; }

    /// <summary>The entries, in order.</summary>
    /// <param name="wanted">The document, which says where to look unless keys are removed.</param>
    /// <param name="cancellation">Stops it.</param>
    public async IAsyncEnumerable<ConsulKvEntry[]> ReadAsync(KvSpool wanted, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IReadOnlyList<string> scopes = removes ? options.Mapping.Scopes : wanted.Count == 0 ? [] : [Listable(CommonPrefix(wanted.First!, wanted.Last!))];
        foreach (var scope in scopes)
        {
            ConsulFinding? forbidden = null;
            void Look(KvReadState state, ConsulFinding? finding)
            {
                if (state == KvReadState.Forbidden) forbidden = finding;
                if (state == KvReadState.Filtered) Hidden ??= finding;
            }

            await foreach (var piece in new KvPrefixSource(session, scope, ConsulConsistency.Consistent).ReadAsync(Look, cancellation).ConfigureAwait(false)) yield return piece;
            if (forbidden is not null) throw ConsulException.From(forbidden);
            // A key of the document that is hidden is refused when it is written. One that is to go is never met.
            if (removes && Hidden is null && !await new KvVisibility(session).IsWholeAsync(scope, cancellation).ConfigureAwait(false)) Hidden = MayHide(scope);
        }
    }

    private ConsulFinding MayHide(string scope)
    {
        var shown = scope.Length == 0 ? "the whole store" : Printable.Text(scope, 200);
        return ConsulFinding.Create("Acl.ReadFiltered", ("prefix", Printable.Text(scope)), ("key", Printable.Text(scope)), ("address", session.Address)) with
        {
            Title = $"-Delete may leave keys that the token does not see: this agent does not say whether it sees all of {shown}",
            Cause = "Consul leaves keys out of a list instead of denying it, and before 1.11 does not say so; only who may write all of it is known to see all of it. Keys that are not seen are neither compared nor removed.",
            Remedy = "Import with a token that may write all of that, or into just the folders that this one is for; else whether the store is as the document says cannot be told.",
            Command = null,
        };
    }

    /// <summary>The document is in order, so all its keys begin with what the first and the last have in common; cut at a slash, as rules of ACLs are.</summary>
    private static string CommonPrefix(string first, string last)
    {
        if (first == last) return first;
        var length = 0;
        while (length < first.Length && length < last.Length && first[length] == last[length]) length++;
        return first.Substring(0, first.LastIndexOf('/', Math.Max(length - 1, 0)) + 1);
    }

    /// <summary>An undo file may hold keys that only transactions make, such as <c>/a</c> and <c>a//b</c>: no path leads to them, but to the folder they are in.</summary>
    private static string Listable(string prefix)
    {
        while (KvKey.Check(prefix, isPrefix: true) is not null) prefix = KvKey.Folder(prefix.Substring(0, prefix.Length - 1));
        return prefix;
    }
}
