using System.Runtime.CompilerServices;
using ConsulKvTools.Acl;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>One side of a comparison: what a source has below a prefix, and whether that is all there is.</summary>
/// <param name="source">The source; a document's other keys are passed over.</param>
/// <param name="prefix">The prefix, which is no part of the names that are compared.</param>
internal sealed class KvSide(IKvSource source, string prefix)
{
    private const int ReadTogether = 16;

    private bool asks = true;
    private bool? checksTokens;

    /// <summary>What a person would call it.</summary>
    public string Name => Store is not null || prefix.Length == 0 ? source.Name : source.Name + " " + Printable.Text(prefix);

    /// <summary>The session it is read with; null for a document.</summary>
    public ConsulKvSession? Store => (source as KvPrefixSource)?.Session;

    /// <summary>What became of the read.</summary>
    public KvReadState State { get; private set; } = KvReadState.Found;

    /// <summary>What there is to say about it; null when all is shown.</summary>
    public ConsulFinding? Finding { get; private set; }

    /// <summary>False when it is known that not all it has is shown.</summary>
    public bool IsWhole => State is KvReadState.Found or KvReadState.Missing;

    /// <summary>True when nothing is hidden from the token here; false when that cannot be told.</summary>
    public async Task<bool> IsSurelyWholeAsync(CancellationToken cancellation) => IsWhole && (Store is not { } store || await new KvVisibility(store).IsWholeAsync(prefix, cancellation).ConfigureAwait(false));

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
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public async Task<ISet<string>> HiddenAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var hidden = new HashSet<string>(StringComparer.Ordinal);
        if (Store is not { } store || names.Count == 0) return hidden;
        if (await AuthorizedAsync(store, names, cancellation).ConfigureAwait(false) is { } allowed)
        {
            for (var at = 0; at < names.Count; at++)
                if (!allowed[at]) hidden.Add(names[at]);
            return hidden;
        }
        if (checksTokens ??= await new KvVisibility(store).ChecksTokensAsync(cancellation).ConfigureAwait(false))
            for (var at = 0; at < names.Count; at += ReadTogether)
            {
                var some = names.Skip(at).Take(ReadTogether).ToArray();
                var refused = await Task.WhenAll(some.Select(name => IsRefusedAsync(store, name, cancellation))).ConfigureAwait(false);
                hidden.UnionWith(some.Where((_, position) => refused[position]));
            }
        return hidden;
    }

    /// <summary>All at once; null where Consul cannot be asked. A failed question is not put again: each costs the whole patience of the session.</summary>
    private async Task<IReadOnlyList<bool>?> AuthorizedAsync(ConsulKvSession store, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        if (!asks) return null;
        IReadOnlyList<bool>? allowed = null;
        try
        {
            allowed = await AclAuthorizer.AskAsync(store, [.. names.Select(name => new AclQuestion("key", "read", KeyOf(name)))], cancellation).ConfigureAwait(false);
        }
        catch (ConsulException)
        {
            // Reading the keys says it too.
        }
        asks = allowed is not null;
        return allowed;
    }

    /// <summary>Refused is another answer than missing, for a single key.</summary>
    private async Task<bool> IsRefusedAsync(ConsulKvSession store, string name, CancellationToken cancellation)
    {
        try
        {
            return (await new KvReader(store).GetAsync(KeyOf(name), ConsulConsistency.Default, cancellation).ConfigureAwait(false)).State == KvReadState.Forbidden;
        }
        catch (ConsulKeyException)
        {
            // It cannot be asked after.
            return true;
        }
    }
}
