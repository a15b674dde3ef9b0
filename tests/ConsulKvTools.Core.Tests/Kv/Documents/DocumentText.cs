using System.Text;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Tests.Kv.Documents;

/// <summary>Short ways to documents.</summary>
internal static class DocumentText
{
    public static ConsulKvEntry Entry(string key, string value, ulong flags = 0) => new() { Key = key, Bytes = Encoding.UTF8.GetBytes(value), Flags = flags };

    public static byte[] Write(Func<Stream, KvDocumentWriter> form, params IEnumerable<ConsulKvEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var writer = form(stream))
        {
            foreach (var entry in entries) writer.Add(entry);
            writer.Complete();
        }
        return stream.ToArray();
    }

    public static async Task<List<ConsulKvEntry>> ReadAsync(KvDocument document)
    {
        var entries = new List<ConsulKvEntry>();
        await foreach (var piece in document.ReadAsync((_, _) => { }, TestContext.Current.CancellationToken)) entries.AddRange(piece);
        return entries;
    }

    public static Task<List<ConsulKvEntry>> ReadAsync(ConsulKvFormat format, byte[] bytes) => ReadAsync(KvDocument.Of("the document", format, () => new MemoryStream(bytes)));

    public static Task<List<ConsulKvEntry>> ReadAsync(ConsulKvFormat format, string text) => ReadAsync(format, Encoding.UTF8.GetBytes(text));

    /// <summary>Keys, flags and bytes, to compare.</summary>
    public static IEnumerable<string> Rows(IEnumerable<ConsulKvEntry> entries) => entries.Select(entry => $"{entry.Key} {entry.Flags} {Convert.ToBase64String(entry.Bytes)}");

    public static void WriteFolder(string folder, bool force = false, params IEnumerable<ConsulKvEntry> entries)
    {
        using var writer = new FolderWriter(folder, force);
        foreach (var entry in entries) writer.Add(entry);
        writer.Complete();
    }
}
