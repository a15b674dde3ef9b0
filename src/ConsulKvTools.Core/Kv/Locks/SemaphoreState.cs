using System.Text.Json;

namespace ConsulKvTools.Kv.Locks;

/// <summary>What a semaphore's key <c>.lock</c> says: how many may hold it, and which lock sessions do. As Consul's Go client writes it.</summary>
/// <param name="Limit">How many may hold it at once.</param>
/// <param name="Holders">Who does.</param>
internal sealed record SemaphoreState(int Limit, IReadOnlyList<string> Holders)
{
    /// <summary>Reads it; null when it is none.</summary>
    public static SemaphoreState? Read(byte[] value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            var holders = document.RootElement.GetProperty("Holders");
            return new SemaphoreState(document.RootElement.GetProperty("Limit").GetInt32(),
                holders.ValueKind == JsonValueKind.Object ? holders.EnumerateObject().Select(holder => holder.Name).ToArray() : []);
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>As it is stored.</summary>
    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("Limit", Limit);
            json.WriteStartObject("Holders");
            foreach (var holder in Holders) json.WriteBoolean(holder, true);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
