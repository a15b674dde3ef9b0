using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Hygiene;

/// <summary>The values of files: of an export its keys, of every other file all of it.</summary>
internal static class SearchedFiles
{
    /// <summary>The values with their keys, in the order of the files' names.</summary>
    /// <param name="path">A file, or a folder with all below it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">A file cannot be read.</exception>
    public static IEnumerable<(string Key, byte[] Value)> Of(string path, CancellationToken cancellation)
    {
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).OrderBy(file => file, StringComparer.Ordinal) : Enumerable.Repeat(path, 1);
        foreach (var file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (EntriesOf(file, cancellation) is { } entries)
                foreach (var entry in entries) yield return (entry.Key, entry.Bytes);
            else yield return (file, Read(file));
        }
    }

    /// <summary>The entries of an export; null when it is none.</summary>
    private static List<ConsulKvEntry>? EntriesOf(string file, CancellationToken cancellation)
    {
        if (!file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            var entries = KvDocument.Open(file, ConsulKvFormat.Json).Reader.Read(cancellation).SelectMany(piece => piece).Select(item => item.Entry).ToList();
            return entries.Count == 0 ? null : entries;
        }
        catch (ConsulException other) when (other.Finding.Code != "Document.Unreadable")
        {
            // JSON of another kind is a value like any.
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
