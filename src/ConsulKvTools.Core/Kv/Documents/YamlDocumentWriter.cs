using System.Text;
using ConsulKvTools.Kv.Trees;
using ConsulKvTools.Yaml;

namespace ConsulKvTools.Kv.Documents;

/// <summary>Writes nested mappings, and reads them back before they count as written: what would come back otherwise is refused.</summary>
/// <param name="output">Where to; stays open.</param>
internal sealed class YamlDocumentWriter(Stream output) : KvDocumentWriter
{
    private readonly KvTreeBuilder tree = new("");
    private readonly KvSpool spool = new("the YAML");
    private int count;

    /// <inheritdoc/>
    public override void Add(ConsulKvEntry entry)
    {
        if (entry.Flags != 0) throw DocumentFault.Unrepresentable(entry.Key, ConsulKvFormat.Yaml, $"its flags are {entry.Flags}, for which a mapping has no place");
        if (!tree.TryAdd(entry)) throw DocumentFault.Unrepresentable(entry.Key, ConsulKvFormat.Yaml, "its name is taken by what stands for another key");
        spool.Add(entry, ++count, 0);
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        using var written = new MemoryStream();
        using (var text = new StreamWriter(written, new UTF8Encoding(false), 64 * 1024, leaveOpen: true) { NewLine = "\n" }) YamlWriter.Write(text, tree.Root);
        spool.Complete();
        Verify(written);
        written.Position = 0;
        written.CopyTo(output);
    }

    /// <inheritdoc/>
    public override void Dispose() => spool.Dispose();

    private void Verify(MemoryStream written)
    {
        using var back = new KvSpool("the YAML");
        try
        {
            var number = 0;
            foreach (var piece in new YamlDocumentReader("the YAML", () => new MemoryStream(written.ToArray())).Read(CancellationToken.None))
                foreach (var item in piece) back.Add(item.Entry, ++number, item.Line);
            back.Complete();
        }
        catch (ConsulDocumentException lost)
        {
            throw DocumentFault.Unrepresentable(spool.First ?? "", ConsulKvFormat.Yaml, $"among the keys from there on is one that would not come back as it is ({lost.Finding.Title})");
        }
        foreach (var (there, here) in back.Read(CancellationToken.None).SelectMany(piece => piece).Zip(spool.Read(CancellationToken.None).SelectMany(piece => piece), (there, here) => (there, here)))
            if (there.Key != here.Key || !there.Bytes.AsSpan().SequenceEqual(here.Bytes)) throw DocumentFault.Unrepresentable(here.Key, ConsulKvFormat.Yaml, $"it would come back as {Printable.Text(there.Key, 120)} with {Amount.Of(there.Bytes.Length, "byte")}");
        if (back.Count != spool.Count) throw DocumentFault.Unrepresentable(spool.Last ?? "", ConsulKvFormat.Yaml, "not all keys would come back");
    }
}
