using System.Runtime.CompilerServices;
using ConsulKvTools.Acl;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>One side of a comparison: what a source has below a prefix, and whether that is all there is.</summary>
/// <param name="source">The source; a document's other keys are passed over.</param>
/// <param name="prefix">The prefix, which is no part of the names that are compared.</param>
internal sealed class KvSide(IKvSource source, string prefix)
{
    /// <summary>What a person would call it.</summary>
    public string Name => Store is not null || prefix.Length == 0 ? source.Name : source.Name + " " + Printable.Text(prefix);

    /// <summary>The session it is read with; null for a document.</summary>
    public ConsulKvSession? Store => (source as KvPrefixSource)?.Session;

    /// <summary>What became of the read.</summary>
    public KvReadState State { get; private set; } = KvReadState.Found;

    /// <summary>What there is to say about it; null when all is shown.</summary>
    public ConsulFinding? Finding { get; private set; }

    /// <summary>The key of a name.</summary>
    public string KeyOf(string name) => prefix + name;

    /// <summary>The name of an entry.</summary>
    public string NameOf(ConsulKvEntry entry) => entry.Key.Substring(prefix.Length);

    /// <summary>Its entries, in order.</summary>
    public async IAsyncEnumerable<ConsulKvEntry[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var any = false;
        await foreach (var piece in source.ReadAsync((state, finding) => (State, Finding) = (state, finding), cancellation).ConfigureAwait(false))
        {
            var below = Store is not null ? piece : Array.FindAll(piece, entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));
            any |= below.Length > 0;
            yield return below;
        }
        if (!any && State == KvReadState.Found) State = KvReadState.Missing;
    }

    /// <summary>
    /// Which of these names the token may not read here, so that their absence says nothing. Asked of Consul, since agents before 1.11 leave out what is forbidden without a word.
    /// </summary>
    public async Task<ISet<string>> HiddenAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var hidden = new HashSet<string>(StringComparer.Ordinal);
        if (Store is not { } store || names.Count == 0 || !asks) return hidden;
        try
        {
            // Without an answer ACLs are off, or the agent cannot be asked; what the listing itself said then stands.
            if (await AclAuthorizer.AskAsync(store, [.. names.Select(name => new AclQuestion("key", "read", KeyOf(name)))], cancellation).ConfigureAwait(false) is { } allowed)
                for (var at = 0; at < names.Count; at++)
                {
                    if (!allowed[at]) hidden.Add(names[at]);
                }
            else asks = false;
        }
        catch (ConsulException)
        {
            asks = false;
        }
        if (State is KvReadState.Filtered or KvReadState.Forbidden && !asks) hidden.UnionWith(names);
        return hidden;
    }

    private bool asks = true;
}
