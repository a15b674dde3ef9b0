using System.Globalization;
using System.Text.Json;

namespace ConsulKvTools.Kv.Releases;

/// <summary>What was published as a release, or is being: its seal stands for the tree, its numbers tell whether the tree still is that.</summary>
/// <param name="Id">Tells two publications of the same content apart.</param>
/// <param name="Keys">Keys of the tree.</param>
/// <param name="Bytes">Bytes of the values.</param>
/// <param name="Digest">As of <see cref="ReleaseTree.Digest"/>.</param>
/// <param name="Created">When.</param>
/// <param name="CreatedBy">User and machine.</param>
/// <param name="IsSealed">
/// False from the first write of a publishing to its end: the name is taken then for this content, so that two publishers cannot write into one tree.
/// </param>
internal sealed record ReleaseManifest(Guid Id, long Keys, long Bytes, string Digest, DateTimeOffset Created, string CreatedBy, bool IsSealed = true)
{
    private const string Publishing = "publishing";

    /// <summary>True for the tree that was published.</summary>
    public bool Fits(ReleaseTree tree) => tree.Count == Keys && tree.Digest == Digest;

    /// <summary>As it is stored: a line of JSON.</summary>
    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", Id);
            json.WriteNumber("keys", Keys);
            json.WriteNumber("bytes", Bytes);
            json.WriteString("digest", Digest);
            json.WriteString("created", Created.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("createdBy", CreatedBy);
            if (!IsSealed) json.WriteString("state", Publishing);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>Reads it; null when it is none.</summary>
    public static ReleaseManifest? Of(byte[] value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            var root = document.RootElement;
            return new ReleaseManifest(root.GetProperty("id").GetGuid(), root.GetProperty("keys").GetInt64(), root.GetProperty("bytes").GetInt64(),
                root.GetProperty("digest").GetString()!, root.GetProperty("created").GetDateTimeOffset(), root.GetProperty("createdBy").GetString() ?? "",
                !(root.TryGetProperty("state", out var state) && state.GetString() == Publishing));
        }
        catch (Exception foreign) when (foreign is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
