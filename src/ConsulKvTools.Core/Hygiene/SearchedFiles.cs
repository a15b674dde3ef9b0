using System.Text.Json;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Hygiene;

/// <summary>The values of files: of an export its keys and what else is in it, of every other file all of it.</summary>
internal static class SearchedFiles
{
    /// <summary>The values with their keys, in the order of the files' names.</summary>
    /// <param name="path">A file, or a folder with all below it. Links in it to files are followed, links to folders are not: they may lead back.</param>
    /// <param name="report">Told of what below a folder could not be read; the search goes on.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">The file cannot be read.</exception>
    public static IEnumerable<(string Key, byte[] Value)> Of(string path, Action<ConsulException> report, CancellationToken cancellation)
    {
        if (!Directory.Exists(path)) return Values(path, Read(path), cancellation);
        return Below(path, report, cancellation);
    }

    private static IEnumerable<(string Key, byte[] Value)> Below(string folder, Action<ConsulException> report, CancellationToken cancellation)
    {
        var folders = new Stack<string>([folder]);
        while (folders.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var at = folders.Pop();
            if (Try(at, () => (Files: Sorted(Directory.GetFiles(at)), Folders: Sorted(Directory.GetDirectories(at))), report) is not { } inside) continue;
            foreach (var file in inside.Files)
            {
                cancellation.ThrowIfCancellationRequested();
                if (Try(file, () => (Bytes: File.ReadAllBytes(file), 0), report) is not { } read) continue;
                foreach (var value in Values(file, read.Bytes, cancellation)) yield return value;
            }
            foreach (var below in Enumerable.Reverse(inside.Folders))
                if ((File.GetAttributes(below) & FileAttributes.ReparsePoint) == 0) folders.Push(below);
        }
    }

    private static string[] Sorted(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    private static T? Try<T>(string path, Func<T> read, Action<ConsulException> report) where T : struct
    {
        try
        {
            return read();
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            report(DocumentFault.Unreadable(path, error));
            return null;
        }
    }

    /// <summary>
    /// Of an export each item with what its base64 says; then what is left of the file, with blanks in the items' places: what is no item, or one that
    /// nobody could import, is searched as it stands there.
    /// </summary>
    private static IEnumerable<(string Key, byte[] Value)> Values(string file, byte[] bytes, CancellationToken cancellation)
    {
        if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            var rest = (byte[])bytes.Clone();
            foreach (var item in Items(bytes, rest, cancellation)) yield return item;
            bytes = rest;
        }
        if (Array.Exists(bytes, letter => letter is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'[' or (byte)']' or (byte)','))) yield return (file, bytes);
    }

    private static List<(string Key, byte[] Value)> Items(byte[] bytes, byte[] rest, CancellationToken cancellation)
    {
        var items = new List<(string, byte[])>();
        try
        {
            var start = bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
            var reader = new Utf8JsonReader(bytes.AsSpan(start), new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) return items;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                cancellation.ThrowIfCancellationRequested();
                if (reader.TokenType != JsonTokenType.StartObject) continue;
                var first = start + (int)reader.TokenStartIndex;
                using var item = JsonDocument.ParseValue(ref reader);
                if (ItemOf(item.RootElement) is not { } known) continue;
                items.Add(known);
                for (var at = first; at < start + (int)reader.BytesConsumed; at++)
                    if (rest[at] is not ((byte)'\r' or (byte)'\n')) rest[at] = (byte)' ';
            }
        }
        catch (JsonException)
        {
            // It ends early: what came is known, the rest is searched as it stands there.
        }
        return items;
    }

    /// <summary>The key and value of an item of <c>consul kv export</c>; null when it is none.</summary>
    private static (string Key, byte[] Value)? ItemOf(JsonElement item)
    {
        try
        {
            if (!item.TryGetProperty("key", out var key) || !item.TryGetProperty("flags", out _) || !item.TryGetProperty("value", out var value)) return null;
            if (value.ValueKind == JsonValueKind.Null) return (key.GetString()!, []);
            return key.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? (key.GetString()!, bytes) : null;
        }
        catch (InvalidOperationException)
        {
            // A key that is no text, or half a surrogate pair.
            return null;
        }
    }

    private static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(file, error);
        }
    }
}
