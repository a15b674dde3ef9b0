namespace ConsulKvTools.Kv.Writing;

/// <summary>Makes a value longer without losing what another client adds meanwhile: what was read is written back by check-and-set, again and again until nobody came between.</summary>
internal static class KvAppend
{
    // Each lost round is another client's success; so many in a row are a fault of whoever writes without end.
    private const int MostRounds = 64;

    /// <summary>Writes what <paramref name="grown"/> makes of the value. The key's flags stay; a missing key is created.</summary>
    /// <param name="session">Where to write.</param>
    /// <param name="key">The key.</param>
    /// <param name="grown">The new value for the old one; may be called several times. Empty stands for a missing key.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The last write's result: a conflict only when others never let go.</returns>
    /// <exception cref="ConsulException">The value cannot be read, so nothing was written.</exception>
    public static async Task<ConsulKvWriteResult> RunAsync(ConsulKvSession session, string key, Func<byte[], byte[]> grown, CancellationToken cancellation)
    {
        for (var round = 1; ; round++)
        {
            var read = await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (read.State == KvReadState.Forbidden) throw ConsulException.From(read.Finding!);
            var now = read.Entry;
            var write = new ConsulKvWrite
            {
                Key = key,
                Kind = now is null ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet,
                Index = now?.ModifyIndex ?? 0,
                Value = grown(now?.Bytes ?? []),
                Flags = now?.Flags ?? 0,
            };
            var result = await new KvWriter(session).WriteAsync(write, cancellation).ConfigureAwait(false);
            if (result.Outcome != ConsulKvOutcome.Conflict || round == MostRounds) return result;
        }
    }
}
