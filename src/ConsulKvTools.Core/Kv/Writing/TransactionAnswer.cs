using System.Text.Json;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Kv.Writing;

/// <summary>The answer to a committed transaction.</summary>
internal static class TransactionAnswer
{
    /// <summary>The ModifyIndex of each write, 0 for a removal, which has no result; null when the body is not the answer to these writes.</summary>
    public static ulong[]? IndexesOf(byte[] body, IReadOnlyList<ConsulKvWrite> writes)
    {
        var indexes = new ulong[writes.Count];
        var position = -1;
        try
        {
            var rows = new TransactionRows(body);
            while (rows.MoveNext())
            {
                while (++position < indexes.Length && !KvTransaction.HasValue(writes[position].Kind)) { }
                if (position >= indexes.Length || !rows.IsAbout(writes[position].Key)) return null;
                indexes[position] = rows.Index;
            }
        }
        catch (Exception error) when (IsForeign(error))
        {
            return null;
        }
        for (position++; position < indexes.Length; position++)
            if (KvTransaction.HasValue(writes[position].Kind)) return null;
        return indexes;
    }

    /// <summary>The ModifyIndex of every key that a committed transaction wrote or checked; removals have no result.</summary>
    /// <exception cref="ConsulTransportException">The body is not what Consul sends.</exception>
    public static IReadOnlyDictionary<string, ulong> IndexesByKey(byte[] body)
    {
        try
        {
            var indexes = new Dictionary<string, ulong>(StringComparer.Ordinal);
            var rows = new TransactionRows(body);
            while (rows.MoveNext()) indexes[rows.Key] = rows.Index;
            return indexes;
        }
        catch (Exception error) when (IsForeign(error))
        {
            throw KvJson.Malformed(error);
        }
    }

    private static bool IsForeign(Exception error) => error is JsonException or FormatException or InvalidOperationException;
}
