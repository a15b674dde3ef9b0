using System.Collections.Specialized;
using System.Runtime.CompilerServices;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>Compares several environments key by key, in their order, however large they are.</summary>
/// <param name="environments">Each with its name, in the order in which they are shown.</param>
/// <param name="options">What counts.</param>
internal sealed class EnvironmentComparison(IReadOnlyList<(string Name, KvSide Side)> environments, ComparisonOptions options)
{
    private const int Together = 256;

    /// <summary>How many names were compared.</summary>
    public long Compared { get; private set; }

    /// <summary>How many of them are not the same everywhere.</summary>
    public long Differing { get; private set; }

    /// <summary>Whether all have the same, once <see cref="RunAsync"/> has come to its end. Null when that cannot be told: nothing was compared, or one does not show all it has.</summary>
    public bool? IsSame => Differing > 0 ? false : Compared > 0 && environments.All(one => one.Side.IsWhole) ? true : null;

    /// <summary>The rows, in pieces.</summary>
    /// <exception cref="ConsulException">An environment cannot be read, or the token may see nothing of it.</exception>
    public async IAsyncEnumerable<ConsulKvEnvironmentRow[]> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var readers = environments.Select(one => new Reader(one.Side, end.Token)).ToArray();
        try
        {
            // All questions are under way before the first answer is waited for; the first failure ends all.
            var steps = readers.Select(reader => reader.StepAsync()).ToList();
            while (steps.Count > 0)
            {
                var done = await Task.WhenAny(steps).ConfigureAwait(false);
                await done.ConfigureAwait(false);
                steps.Remove(done);
            }
            var waiting = new List<(string Name, ConsulKvEntry?[] Entries)>();
            while (readers.Any(reader => reader.Current is not null))
            {
                Refuse();
                var name = readers.Where(reader => reader.Current is not null).Select(reader => reader.Name).Aggregate((one, other) => KvOrder.Bytes.Compare(one, other) <= 0 ? one : other);
                var entries = new ConsulKvEntry?[readers.Length];
                for (var at = 0; at < readers.Length; at++)
                {
                    if (readers[at].Current is null || readers[at].Name != name) continue;
                    entries[at] = readers[at].Current;
                    await readers[at].StepAsync().ConfigureAwait(false);
                }
                if (options.Exclude.Match(name)) continue;
                Compared++;
                waiting.Add((name, entries));
                if (waiting.Count < Together) continue;
                if (await JudgeAsync(waiting, cancellation).ConfigureAwait(false) is { Length: > 0 } some) yield return some;
                waiting.Clear();
            }
            Refuse();
            if (await JudgeAsync(waiting, cancellation).ConfigureAwait(false) is { Length: > 0 } rest) yield return rest;
        }
        finally
        {
            end.Cancel();
            foreach (var reader in readers) await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Refuse()
    {
        foreach (var (_, side) in environments)
            if (side is { State: KvReadState.Forbidden, Finding: { } finding }) throw ConsulException.From(finding);
    }

    private async Task<ConsulKvEnvironmentRow[]> JudgeAsync(List<(string Name, ConsulKvEntry?[] Entries)> names, CancellationToken cancellation)
    {
        var hidden = new ISet<string>[environments.Count];
        for (var at = 0; at < hidden.Length; at++)
            hidden[at] = await environments[at].Side.HiddenAsync([.. names.Where(one => one.Entries[at] is null).Select(one => one.Name)], cancellation).ConfigureAwait(false);
        var rows = new List<ConsulKvEnvironmentRow>(names.Count);
        foreach (var (name, entries) in names)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = Judge(name, entries, hidden);
            if (row.Status != ConsulKvAgreement.Same) Differing++;
            else if (!options.IncludeEqual) continue;
            rows.Add(row);
        }
        return [.. rows];
    }

    private ConsulKvEnvironmentRow Judge(string name, ConsulKvEntry?[] entries, ISet<string>[] hidden)
    {
        var values = entries.Select(entry => entry is null ? null : new ComparedValue(entry, options.ExcludeValue)).ToArray();
        var groups = new OrderedDictionary(StringComparer.Ordinal);
        var shown = new OrderedDictionary(StringComparer.Ordinal);
        var sizes = new OrderedDictionary(StringComparer.Ordinal);
        var kinds = new List<int>();
        var (isUnknown, isMissing) = (false, false);
        for (var at = 0; at < entries.Length; at++)
        {
            if (values[at] is not { } value)
            {
                var unknown = hidden[at].Contains(name);
                (isUnknown, isMissing) = (isUnknown || unknown, isMissing || !unknown);
                groups[environments[at].Name] = unknown ? "?" : "-";
                shown[environments[at].Name] = sizes[environments[at].Name] = null;
                continue;
            }
            var group = kinds.FindIndex(other => AreSame(value, values[other]!) && (options.IgnoreFlags || entries[at]!.Flags == entries[other]!.Flags));
            if (group < 0)
            {
                group = kinds.Count;
                kinds.Add(at);
            }
            groups[environments[at].Name] = group < 26 ? ((char)('A' + group)).ToString() : "A" + group;
            shown[environments[at].Name] = value.Shown;
            sizes[environments[at].Name] = entries[at]!.Bytes.Length;
        }
        return new ConsulKvEnvironmentRow
        {
            Name = name, Groups = groups.AsReadOnly(), Values = shown.AsReadOnly(), Sizes = sizes.AsReadOnly(),
            Status = isUnknown ? ConsulKvAgreement.Unknown : isMissing ? ConsulKvAgreement.Missing : kinds.Count > 1 ? ConsulKvAgreement.Differs : ConsulKvAgreement.Same,
        };
    }

    private bool AreSame(ComparedValue one, ComparedValue other)
    {
        if (one.IsSame(other)) return true;
        if (!options.Semantic) return false;
        using var left = one.Document();
        using var right = other.Document();
        return left is not null && right is not null && JsonDifference.AreEqual(left.RootElement, right.RootElement);
    }

    private sealed class Reader(KvSide side, CancellationToken cancellation) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<ConsulKvEntry[]> pieces = side.ReadAsync(cancellation).GetAsyncEnumerator(cancellation);
        private ConsulKvEntry[] piece = [];
        private int at = -1;
        private Task? stepping;

        public ConsulKvEntry? Current { get; private set; }

        public string Name { get; private set; } = "";

        public Task StepAsync() => stepping = StepOnAsync();

        public async ValueTask DisposeAsync()
        {
            // It is still under way when another environment failed, and that is what is told.
            if (stepping is { IsCompleted: false }) await Task.WhenAny(stepping).ConfigureAwait(false);
            await pieces.DisposeAsync().ConfigureAwait(false);
        }

        private async Task StepOnAsync()
        {
            at++;
            while (at >= piece.Length)
            {
                if (!await pieces.MoveNextAsync().ConfigureAwait(false))
                {
                    Current = null;
                    return;
                }
                (piece, at) = (pieces.Current, 0);
            }
            Current = piece[at];
            Name = side.NameOf(Current);
        }
    }
}
