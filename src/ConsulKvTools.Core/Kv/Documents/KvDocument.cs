using System.Runtime.CompilerServices;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Documents;

/// <summary>A document as a source of entries. It is read whole, and found sound, before the first entry is given.</summary>
/// <param name="reader">Reads it.</param>
internal sealed class KvDocument(KvDocumentReader reader) : IKvSource
{
    private static readonly (string Extension, ConsulKvFormat Format)[] Extensions =
        [(".json", ConsulKvFormat.Json), (".yaml", ConsulKvFormat.Yaml), (".yml", ConsulKvFormat.Yaml), (".properties", ConsulKvFormat.Properties)];

    /// <inheritdoc/>
    public string Name => reader.Name;

    /// <summary>Reads it as it stands there.</summary>
    public KvDocumentReader Reader => reader;

    /// <summary>The document at a path; nothing is read yet.</summary>
    /// <param name="path">A file, or the folder of a <see cref="ConsulKvFormat.Folder"/>.</param>
    /// <param name="format">Its form; null takes what its name says.</param>
    /// <exception cref="ConsulRequestException">Its name does not say its form.</exception>
    public static KvDocument Open(string path, ConsulKvFormat? format) => new((format ?? FormatOf(path) ?? throw Unknown(path)) switch
    {
        ConsulKvFormat.Folder => new FolderReader(path),
        ConsulKvFormat.Yaml => new YamlDocumentReader(path, () => OpenFile(path)),
        ConsulKvFormat.Properties => new PropertiesReader(path, () => OpenFile(path)),
        _ => new ConsulJsonReader(path, () => OpenFile(path)),
    });

    /// <summary>A document that comes as a text or stream.</summary>
    /// <param name="name">What a person would call it.</param>
    /// <param name="format">Its form; not a folder.</param>
    /// <param name="open">Opens it from its beginning.</param>
    public static KvDocument Of(string name, ConsulKvFormat format, Func<Stream> open) => new(format switch
    {
        ConsulKvFormat.Folder => throw new ArgumentOutOfRangeException(nameof(format), "A folder is no stream."),
        ConsulKvFormat.Yaml => new YamlDocumentReader(name, open),
        ConsulKvFormat.Properties => new PropertiesReader(name, open),
        _ => new ConsulJsonReader(name, open),
    });

    /// <summary>What a path says about the form: its extension, or that it is a folder or like one (no extension); null when it says nothing.</summary>
    public static ConsulKvFormat? FormatOf(string path)
    {
        var extension = Path.GetExtension(path);
        foreach (var row in Extensions)
            if (string.Equals(row.Extension, extension, StringComparison.OrdinalIgnoreCase)) return row.Format;
        return Directory.Exists(path) || (extension.Length == 0 && !File.Exists(path)) ? ConsulKvFormat.Folder : null;
    }

    /// <summary>What to say of a path that does not tell the form.</summary>
    /// <param name="path">The path.</param>
    /// <param name="hasFormat">False for a command that takes no <c>-Format</c>.</param>
    public static ConsulException Unknown(string path, bool hasFormat = true) => ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", hasFormat ? "-Format" : "-Path"),
        ("problem", $"the name {Printable.Text(path, 200)} does not say its form; give {(hasFormat ? "-Format Json, Folder, Yaml or Properties, or " : "")}a name that ends in .json, .yaml, .yml or .properties")));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsulKvEntry[]> ReadAsync(Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var spool = await SpoolAsync(null, cancellation).ConfigureAwait(false);
        if (spool.Count == 0) report(KvReadState.Missing, null);
        foreach (var piece in spool.Read(cancellation)) yield return piece;
    }

    /// <summary>Reads the whole document aside, away from the caller's thread.</summary>
    /// <param name="change">What becomes of each entry on the way; null for itself. A null result leaves it out.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<KvSpool> SpoolAsync(Func<KvDocumentItem, int, ConsulKvEntry?>? change, CancellationToken cancellation) => Task.Run(() =>
    {
        var spool = new KvSpool(Name);
        try
        {
            var number = 0;
            foreach (var piece in reader.Read(cancellation))
                foreach (var item in piece)
                {
                    cancellation.ThrowIfCancellationRequested();
                    number++;
                    var entry = change is null ? item.Entry : change(item, number);
                    if (entry is not null) spool.Add(entry, number, item.Line);
                }
            spool.Complete();
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }, cancellation);

    private static Stream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw Directory.Exists(path) ? DocumentFault.Unreadable(path, "it is a folder; -Format Folder reads one", error) : DocumentFault.Unreadable(path, error);
        }
    }
}
