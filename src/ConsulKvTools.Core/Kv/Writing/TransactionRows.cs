using System.Text.Json;

namespace ConsulKvTools.Kv.Writing;

/// <summary>The rows of <c>{"Results":[{"KV":{…}},…]}</c>, one after the other: key and index, without a copy of anything else.</summary>
/// <exception cref="JsonException">It is not JSON, ends early, or a row lacks key or index; thrown by the steps.</exception>
/// <exception cref="InvalidOperationException">A part of it is of another kind; so is <see cref="FormatException"/>.</exception>
internal ref struct TransactionRows(byte[] body)
{
    private readonly byte[] body = body;
    private Utf8JsonReader reader = new(body);
    private (int From, int Length) key;
    private bool begun;

    /// <summary>The row's ModifyIndex, above 0.</summary>
    public ulong Index { get; private set; }

    /// <summary>The row's key.</summary>
    public readonly string Key => KeyReader().GetString()!;

    /// <summary>Whether the row is about a key.</summary>
    public readonly bool IsAbout(string other) => KeyReader().ValueTextEquals(other);

    /// <summary>Goes to the next row. False after the last, once the rest of the body was seen to be there too.</summary>
    public bool MoveNext()
    {
        if (!begun) Begin();
        // Without any result the list is null.
        if (reader.TokenType != JsonTokenType.Null)
        {
            if (!reader.Read()) throw new JsonException("the list of results has no end");
            if (reader.TokenType != JsonTokenType.EndArray)
            {
                ReadRow();
                return true;
            }
        }
        // A body that ends early is no answer.
        while (reader.Read()) { }
        return false;
    }

    private void Begin()
    {
        begun = true;
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
            if (!reader.ValueTextEquals("Results"u8))
            {
                reader.Skip();
                continue;
            }
            reader.Read();
            if (reader.TokenType is JsonTokenType.Null or JsonTokenType.StartArray) return;
            break;
        }
        throw new JsonException("there is no list of results");
    }

    private void ReadRow()
    {
        key = default;
        Index = 0;
        var end = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > end)
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("Key"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String) throw new JsonException("a key is no text");
                var from = (int)reader.TokenStartIndex;
                key = (from, (int)reader.BytesConsumed - from);
            }
            else if (reader.ValueTextEquals("ModifyIndex"u8))
            {
                reader.Read();
                Index = reader.GetUInt64();
            }
        }
        if (key.Length == 0 || Index == 0) throw new JsonException("a result names no key or no index");
    }

    private readonly Utf8JsonReader KeyReader()
    {
        var text = new Utf8JsonReader(new ReadOnlySpan<byte>(body, key.From, key.Length));
        text.Read();
        return text;
    }
}
