using System.Runtime.CompilerServices;

namespace ConsulKvTools.Kv.Sources;

/// <summary>Walks two sources side by side, name by name. Holds one piece of each, however large they are.</summary>
internal static class KvJoin
{
    /// <summary>Every name that either side has, in <see cref="KvOrder"/>.</summary>
    /// <param name="left">The left entries, in the order of their names.</param>
    /// <param name="leftName">The name of a left entry, the key without its prefix as a rule; must keep the order.</param>
    /// <param name="right">The right entries, in the order of their names.</param>
    /// <param name="rightName">The name of a right entry.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="inTurn">True asks the right side only when the left has answered: where both are of one agent, one that is not there is waited for once.</param>
    /// <exception cref="InvalidOperationException">A side is out of order, or has a name twice: what is paired would be wrong.</exception>
    public static async IAsyncEnumerable<KvPair> PairsAsync(
        IAsyncEnumerable<ConsulKvEntry[]> left, Func<ConsulKvEntry, string> leftName,
        IAsyncEnumerable<ConsulKvEntry[]> right, Func<ConsulKvEntry, string> rightName,
        [EnumeratorCancellation] CancellationToken cancellation, bool inTurn = false)
    {
        var a = new Side(left, leftName, cancellation);
        var b = new Side(right, rightName, cancellation);
        try
        {
            // Otherwise both questions are under way before either answer is waited for; whichever fails first ends both.
            var first = a.MoveAsync();
            if (inTurn) await first.ConfigureAwait(false);
            var second = b.MoveAsync();
            await (await Task.WhenAny(first, second).ConfigureAwait(false)).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            await second.ConfigureAwait(false);
            while (a.Current is not null || b.Current is not null)
            {
                var order = a.Current is null ? 1 : b.Current is null ? -1 : KvOrder.Bytes.Compare(a.Name, b.Name);
                yield return new KvPair(order <= 0 ? a.Name : b.Name, order <= 0 ? a.Current : null, order >= 0 ? b.Current : null);
                if (order <= 0 && !a.Step()) await a.MoveAsync().ConfigureAwait(false);
                if (order >= 0 && !b.Step()) await b.MoveAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await a.DisposeAsync().ConfigureAwait(false);
            await b.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Side : IAsyncDisposable
    {
        private readonly CancellationTokenSource end;
        private readonly IAsyncEnumerator<ConsulKvEntry[]> pieces;
        private readonly Func<ConsulKvEntry, string> name;
        private ConsulKvEntry[] piece = [];
        private int at;
        private Task? moving;

        public Side(IAsyncEnumerable<ConsulKvEntry[]> source, Func<ConsulKvEntry, string> name, CancellationToken cancellation)
        {
            end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            pieces = source.GetAsyncEnumerator(end.Token);
            this.name = name;
        }

        public ConsulKvEntry? Current { get; private set; }

        public string Name { get; private set; } = "";

        /// <summary>Goes on within the piece; false at its end.</summary>
        public bool Step()
        {
            if (++at >= piece.Length) return false;
            Take();
            return true;
        }

        /// <summary>Goes on to the next piece that has something; <see cref="Current"/> is null at the end.</summary>
        public Task MoveAsync() => moving = NextPieceAsync();

        public async ValueTask DisposeAsync()
        {
            // An enumerator that is still moving cannot be disposed. It is when the other side failed, and that is what is told.
            if (moving is { IsCompleted: false })
            {
                end.Cancel();
                await Task.WhenAny(moving).ConfigureAwait(false);
            }
            await pieces.DisposeAsync().ConfigureAwait(false);
            end.Dispose();
        }

        private async Task NextPieceAsync()
        {
            while (await pieces.MoveNextAsync().ConfigureAwait(false))
            {
                if (pieces.Current.Length == 0) continue;
                (piece, at) = (pieces.Current, 0);
                Take();
                return;
            }
            Current = null;
        }

        private void Take()
        {
            var before = Current is null ? null : Name;
            Current = piece[at];
            Name = name(Current);
            if (before is not null && KvOrder.Bytes.Compare(before, Name) >= 0)
                throw new InvalidOperationException($"'{Printable.Text(Name)}' comes after '{Printable.Text(before)}': a source is out of order.");
        }
    }
}
