using System.Globalization;
using System.Text.Json;

namespace ConsulKvTools.Kv.Releases;

/// <summary>The switches of a configuration, oldest first, and the releases one can go back to.</summary>
/// <remarks>Every switch writes pointer and history in one transaction, so that the history says of each whether it was made.</remarks>
internal sealed class ReleaseHistory
{
    // What a value has room for many times over, and more than anybody goes back.
    private const int MostKept = 100;

    private ReleaseHistory(IReadOnlyList<ReleaseChange> changes) => Changes = changes;

    /// <summary>A configuration that was never switched.</summary>
    public static ReleaseHistory Empty { get; } = new([]);

    /// <summary>The switches, oldest first, 100 at most.</summary>
    public IReadOnlyList<ReleaseChange> Changes { get; }

    /// <summary>
    /// The way back from the current release, the nearest first: going back twice goes back two releases, and not to the one that was just left. Some may have been removed since.
    /// </summary>
    /// <param name="current">What the pointer says, which somebody may have moved by hand; null when there is no pointer.</param>
    public IReadOnlyList<string> Before(string? current)
    {
        var stack = new List<string>();
        foreach (var change in Changes)
        {
            if (stack.Count == 0 && change.From is { } first) stack.Add(first);
            if (change.IsRollback)
            {
                // Back to what lay below all that is remembered: nothing of that is on the way back any more, and what is further below is forgotten.
                var below = stack.LastIndexOf(change.To);
                stack.RemoveRange(below + 1, stack.Count - below - 1);
                if (below >= 0) continue;
            }
            if (stack.Count == 0 || stack[stack.Count - 1] != change.To) stack.Add(change.To);
        }
        stack.Reverse();
        return [.. stack.Where(release => release != current).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>When a release was last switched to or left; null when that is not known any more.</summary>
    public DateTimeOffset? LastOf(string release) => Changes.Where(change => change.To == release || change.From == release).Select(change => (DateTimeOffset?)change.At).LastOrDefault();

    /// <summary>The history after one more switch.</summary>
    public ReleaseHistory With(ReleaseChange change) => new([.. Changes.Skip(Math.Max(0, Changes.Count + 1 - MostKept)), change]);

    /// <summary>As it is stored: JSON.</summary>
    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var change in Changes)
            {
                json.WriteStartObject();
                json.WriteString("id", change.Id);
                json.WriteString("at", change.At.ToString("O", CultureInfo.InvariantCulture));
                json.WriteString("from", change.From);
                json.WriteString("to", change.To);
                if (change.IsRollback) json.WriteBoolean("rollback", true);
                json.WriteString("by", change.By);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return buffer.ToArray();
    }

    /// <summary>Reads it; null when it is none.</summary>
    public static ReleaseHistory? Of(byte[] value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            return new ReleaseHistory([.. document.RootElement.EnumerateArray().Select(row => new ReleaseChange(
                row.GetProperty("id").GetGuid(), row.GetProperty("at").GetDateTimeOffset(), row.GetProperty("from").GetString(), row.GetProperty("to").GetString()!,
                row.TryGetProperty("rollback", out var back) && back.GetBoolean(), row.GetProperty("by").GetString() ?? ""))]);
        }
        catch (Exception foreign) when (foreign is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
