namespace ConsulKvTools.Kv.Sources;

/// <summary>What is below a prefix of a store: one question, so one state of the store.</summary>
/// <param name="session">The session to read with.</param>
/// <param name="prefix">The prefix; empty for the whole store.</param>
/// <param name="consistency">The read mode.</param>
internal sealed class KvPrefixSource(ConsulKvSession session, string prefix, ConsulConsistency consistency) : IKvSource
{
    /// <inheritdoc/>
    public string Name => prefix.Length == 0 ? session.Name : session.Name + " " + Printable.Text(prefix);

    /// <summary>The session to read with.</summary>
    public ConsulKvSession Session => session;

    /// <summary>The prefix.</summary>
    public string Prefix => prefix;

    /// <inheritdoc/>
    public IAsyncEnumerable<ConsulKvEntry[]> ReadAsync(Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation) =>
        new KvReader(session).ListPiecesAsync(prefix, consistency, report, cancellation);
}
