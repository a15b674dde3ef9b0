using System.Text.Json;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv.Bulk;

/// <summary>The answer to a committed transaction.</summary>
internal static class TransactionAnswer
{
    /// <summary>The ModifyIndex of each write, 0 for a removal, which has no result; null when the body is not the answer to these writes.</summary>
    public static ulong[]? IndexesOf(byte[] body, IReadOnlyList<ConsulKvWrite> writes)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals("Results"u8)) return Results(ref reader, writes);
                reader.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            // Not Consul's form.
        }
        return null;
    }

    private static ulong[]? Results(ref Utf8JsonReader reader, IReadOnlyList<ConsulKvWrite> writes)
    {
        var indexes = new ulong[writes.Count];
        reader.Read();
        var position = -1;
        // Without any result the list is null.
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            while (++position < indexes.Length && !KvTransaction.HasValue(writes[position].Kind)) { }
            if (position >= indexes.Length || !TryReadRow(ref reader, writes[position].Key, out indexes[position])) return null;
        }
        for (position++; position < indexes.Length; position++)
            if (KvTransaction.HasValue(writes[position].Kind)) return null;
        // The rest has to be there too: a body that ends early is no answer.
        while (reader.Read()) { }
        return indexes;
    }

    /// <summary>Reads <c>{"KV":{…}}</c>. False when it is not about <paramref name="key"/>.</summary>
    private static bool TryReadRow(ref Utf8JsonReader reader, string key, out ulong index)
    {
        index = 0;
        var isOurs = false;
        var end = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > end)
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("Key"u8))
            {
                reader.Read();
                isOurs = reader.ValueTextEquals(key);
            }
            else if (reader.ValueTextEquals("ModifyIndex"u8))
            {
                reader.Read();
                index = reader.GetUInt64();
            }
        }
        return isOurs && index > 0;
    }
}
