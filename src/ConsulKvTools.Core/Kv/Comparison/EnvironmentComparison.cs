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

    /// <summary>The rows, in pieces.</summary>
    /// <exception cref="ConsulException">An environment cannot be read, or the token may see nothing of it.</exception>
    public async IAsyncEnumerable<ConsulKvEnvironmentRow[]> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var readers = environments.Select(one => new Reader(one.Side, cancellation)).ToArray();
        try
        {
            // All questions are under way before the first answer is waited for.
            await Task.WhenAll(readers.Select(reader => reader.StepAsync())).ConfigureAwait(false);
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
                if (options.Exclude.Any(pattern => pattern.IsMatch(name))) continue;
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
        return [.. names.Select(one => Judge(one.Name, one.Entries, hidden)).Where(row => options.IncludeEqual || row.Status != ConsulKvAgreement.Same)];
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
            var group = kinds.FindIndex(other => IsSame(value, values[other]!) && (options.IgnoreFlags || entries[at]!.Flags == entries[other]!.Flags));
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

    private bool IsSame(ComparedValue one, ComparedValue other)
    {
        if (one.IsSame(other)) return true;
        if (!options.Semantic) return false;
        using var left = JsonDifference.Parse(one.Text);
        using var right = JsonDifference.Parse(other.Text);
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
