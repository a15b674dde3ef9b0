using System.Runtime.CompilerServices;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>Compares two sides key by key, in their order, however large they are.</summary>
/// <param name="reference">The side that the other is measured by.</param>
/// <param name="difference">The other side.</param>
/// <param name="options">What counts.</param>
internal sealed class StoreComparison(KvSide reference, KvSide difference, ComparisonOptions options)
{
    // What one side lacks is asked about together; what differs waits no longer than for so many.
    private const int Together = 256;

    /// <summary>How many names were compared.</summary>
    public long Compared { get; private set; }

    /// <summary>How many of them are known not to be the same.</summary>
    public long Differing { get; private set; }

    /// <summary>Of how many of them nobody can tell, since the token may not read them on one side.</summary>
    public long Unknown { get; private set; }

    /// <summary>
    /// Whether both have the same, once <see cref="RunAsync"/> has come to its end. Null when that cannot be told: nothing was compared, or a side does not show all it has. One difference is enough to know.
    /// </summary>
    public bool? IsSame => Differing > 0 ? false : Compared > 0 && Unknown == 0 && reference.IsWhole && difference.IsWhole ? true : null;

    /// <summary>What differs, in pieces.</summary>
    /// <exception cref="ConsulException">A side cannot be read; or the token may see nothing of it: that is no empty side.</exception>
    public async IAsyncEnumerable<ConsulKvDifference[]> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var waiting = new List<KvPair>();
        var ofOneAgent = reference.Store is { } store && store.Address == difference.Store?.Address;
        await foreach (var pair in KvJoin.PairsAsync(reference.ReadAsync(cancellation), reference.NameOf, difference.ReadAsync(cancellation), difference.NameOf, cancellation, ofOneAgent).ConfigureAwait(false))
        {
            Refuse();
            if (options.Exclude.Match(pair.Name)) continue;
            Compared++;
            // Nearly all are the same as a rule: they cost one look at their bytes.
            if (!options.IncludeEqual && pair is { Left: { } left, Right: { } right } && (options.IgnoreFlags || left.Flags == right.Flags) && left.Bytes.AsSpan().SequenceEqual(right.Bytes)) continue;
            waiting.Add(pair);
            if (waiting.Count < Together) continue;
            if (await JudgeAsync(waiting, cancellation).ConfigureAwait(false) is { Length: > 0 } some) yield return some;
            waiting.Clear();
        }
        Refuse();
        if (await JudgeAsync(waiting, cancellation).ConfigureAwait(false) is { Length: > 0 } rest) yield return rest;
    }

    private void Refuse()
    {
        foreach (var side in new[] { reference, difference })
            if (side is { State: KvReadState.Forbidden, Finding: { } finding }) throw ConsulException.From(finding);
    }

    private async Task<ConsulKvDifference[]> JudgeAsync(List<KvPair> pairs, CancellationToken cancellation)
    {
        var hiddenThere = await difference.HiddenAsync([.. pairs.Where(pair => pair.Right is null).Select(pair => pair.Name)], cancellation).ConfigureAwait(false);
        var hiddenHere = await reference.HiddenAsync([.. pairs.Where(pair => pair.Left is null).Select(pair => pair.Name)], cancellation).ConfigureAwait(false);
        var all = new List<ConsulKvDifference>(pairs.Count);
        foreach (var pair in pairs)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Judge(pair, hiddenHere.Contains(pair.Name) || hiddenThere.Contains(pair.Name)) is not { } judged) continue;
            if (judged.Kind == ConsulKvDifferenceKind.Unknown) Unknown++;
            else if (judged.Kind != ConsulKvDifferenceKind.Equal) Differing++;
            else if (!options.IncludeEqual) continue;
            all.Add(judged);
        }
        return [.. all];
    }

    private ConsulKvDifference Judge(KvPair pair, bool hidden)
    {
        var left = pair.Left is null ? null : new ComparedValue(pair.Left, options.ExcludeValue);
        var right = pair.Right is null ? null : new ComparedValue(pair.Right, options.ExcludeValue);
        var kind = hidden ? ConsulKvDifferenceKind.Unknown : left is null ? ConsulKvDifferenceKind.Added : right is null ? ConsulKvDifferenceKind.Removed : ConsulKvDifferenceKind.Equal;
        IReadOnlyList<string> changes = [];
        if (left is not null && right is not null)
        {
            var (same, lines) = Lay(left, right);
            changes = lines;
            if (!same || (!options.IgnoreFlags && pair.Left!.Flags != pair.Right!.Flags)) kind = ConsulKvDifferenceKind.Changed;
        }
        var wanted = kind is ConsulKvDifferenceKind.Changed or ConsulKvDifferenceKind.Removed ? pair.Left : null;
        return new ConsulKvDifference
        {
            Name = pair.Name, Kind = kind, Key = difference.KeyOf(pair.Name), ReferenceKey = reference.KeyOf(pair.Name),
            ReferenceValue = left?.Shown, DifferenceValue = right?.Shown, ReferenceSize = pair.Left?.Bytes.Length, DifferenceSize = pair.Right?.Bytes.Length,
            ReferenceFlags = pair.Left?.Flags, DifferenceFlags = pair.Right?.Flags, Changes = changes, Wanted = wanted,
            CheckAndSet = difference.Store is null || (wanted is null && kind != ConsulKvDifferenceKind.Added) ? null : pair.Right?.ModifyIndex ?? 0,
            Reference = reference.Name, Difference = difference.Name, Session = difference.Store?.Name, Datacenter = difference.Store?.Datacenter, Origin = difference.Store,
        };
    }

    private (bool Same, IReadOnlyList<string> Changes) Lay(ComparedValue left, ComparedValue right)
    {
        if (left.IsSame(right)) return (true, []);
        if (options.Semantic)
        {
            using var old = left.Document();
            using var now = right.Document();
            if (old is not null && now is not null)
            {
                if (JsonDifference.AreEqual(old.RootElement, now.RootElement)) return (true, []);
                // A mask in place of a text leaves JSON what it was; where it should not, the lines below are shown.
                using var oldShown = left.ShownDocument();
                using var nowShown = right.ShownDocument();
                if (oldShown is not null && nowShown is not null) return (false, JsonDifference.Between(old.RootElement, oldShown.RootElement, now.RootElement, nowShown.RootElement));
            }
        }
        if (left.Shown is not { } before || right.Shown is not { } after) return (false, []);
        var lines = before == after ? ["(the hidden part differs)"] : UnifiedDiff.Between(before, after);
        return (false, options.Semantic && (JsonDifference.IsTooDeep(left.Text) || JsonDifference.IsTooDeep(right.Text)) ? ["(JSON nested too deep: compared as text)", .. lines] : lines);
    }
}
