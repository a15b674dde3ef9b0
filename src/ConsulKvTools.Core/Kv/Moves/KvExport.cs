using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Writes what is below a prefix as a document. One request reads it, so it is one state of the store.</summary>
/// <param name="session">The session to read with.</param>
/// <param name="prefix">What every key begins with; empty for the whole store.</param>
internal sealed class KvExport(ConsulKvSession session, string prefix)
{
    /// <summary>The read mode.</summary>
    public ConsulConsistency Consistency { get; init; } = ConsulConsistency.Consistent;

    /// <summary>Keys to leave out.</summary>
    public KeyPatterns Exclude { get; init; } = KeyPatterns.None;

    /// <summary>True to cut the prefix off the keys.</summary>
    public bool StripPrefix { get; init; }

    /// <summary>True to write over a folder's files that no export wrote.</summary>
    public bool Force { get; init; }

    /// <summary>True to refuse a file that is already there, or a folder that is not empty.</summary>
    public bool NoClobber { get; init; }

    /// <summary>Keys that were left out so far.</summary>
    public long Excluded { get; private set; }

    /// <summary>
    /// Why the export may lack keys, though Consul did not say so: before 1.11 it never does, and the token may not read all that is below the prefix. Null when that is
    /// not so, or cannot be known.
    /// </summary>
    public ConsulFinding? MayHide { get; private set; }

    /// <summary>Keys, as the document names them, that no import can write.</summary>
    public UnwritableKeys Unwritable { get; } = new();

    /// <summary>Keys that hold U+FFFD, which Consul sends in place of bytes that are no UTF-8; a few of them.</summary>
    public List<string> Doubtful { get; } = [];

    /// <summary>A writer for a form that is one stream of bytes.</summary>
    public static KvDocumentWriter WriterOf(ConsulKvFormat format, Stream output) => format switch
    {
        ConsulKvFormat.Yaml => new YamlDocumentWriter(output),
        ConsulKvFormat.Properties => new PropertiesWriter(output),
        _ => new ConsulJsonWriter(output),
    };

    /// <summary>The entries, in order.</summary>
    /// <param name="report">As of <see cref="IKvSource.ReadAsync"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">No answer could be had, or none of it may be seen.</exception>
    public async IAsyncEnumerable<ConsulKvEntry[]> EntriesAsync(Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ConsulFinding? hidden = null;
        var last = KvReadState.Missing;
        void Look(KvReadState state, ConsulFinding? finding)
        {
            // An export of nothing, because nothing may be seen, would look like an empty store.
            if (state == KvReadState.Forbidden) hidden = finding;
            last = state;
            report(state, finding);
        }

        await foreach (var piece in new KvPrefixSource(session, prefix, Consistency).ReadAsync(Look, cancellation).ConfigureAwait(false))
        {
            var kept = new List<ConsulKvEntry>(piece.Length);
            foreach (var entry in piece)
            {
                if (Exclude.Match(entry.Key))
                {
                    Excluded++;
                    continue;
                }
                var own = StripPrefix ? Stripped(entry) : entry;
                kept.Add(own);
                if (KvKey.Check(own.Key, isPrefix: false) is { } why) Unwritable.Add(own.Key, "", why);
                if (entry.Key.IndexOf('\ufffd') >= 0 && Doubtful.Count < 5) Doubtful.Add(entry.Key);
            }
            if (kept.Count > 0) yield return [.. kept];
        }
        if (hidden is not null) throw ConsulException.From(hidden);
        if (last == KvReadState.Found) MayHide = await new KvVisibility(session).MayHideAsync(prefix, "export", cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes the document, beside its place first: what stands there is whole at every moment.</summary>
    /// <param name="path">The file or folder, as a full path.</param>
    /// <param name="format">The form.</param>
    /// <param name="report">As of <see cref="IKvSource.ReadAsync"/>.</param>
    /// <param name="count">Told of entries as they are written; null when nobody wants to know.</param>
    /// <param name="cancellation">Stops it; nothing is left then.</param>
    /// <exception cref="ConsulException">It could not be read or written; what was there before is as it was.</exception>
    public async Task<ConsulKvExport> WriteAsync(string path, ConsulKvFormat format, Action<KvReadState, ConsulFinding?> report, Action<long>? count, CancellationToken cancellation)
    {
        var began = session.Time.GetTimestamp();
        var result = format == ConsulKvFormat.Folder
            ? await WriteFolderAsync(path, report, count, cancellation).ConfigureAwait(false)
            : await WriteFileAsync(path, format, report, count, cancellation).ConfigureAwait(false);
        return result with { Excluded = Excluded, Duration = session.Time.GetElapsedTime(began) };
    }

    private async Task<ConsulKvExport> WriteFolderAsync(string path, Action<KvReadState, ConsulFinding?> report, Action<long>? count, CancellationToken cancellation)
    {
        // Not after a minute of reading.
        if (NoClobber && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()) throw DocumentFault.NotWritten(path, "it is not empty, and nothing in it shall be overwritten");
        using var writer = new FolderWriter(path, Force);
        var result = await FillAsync(writer, path, ConsulKvFormat.Folder, report, count, cancellation).ConfigureAwait(false);
        return result with { FilesWritten = writer.Written, FilesRemoved = writer.Removed };
    }

    private async Task<ConsulKvExport> WriteFileAsync(string path, ConsulKvFormat format, Action<KvReadState, ConsulFinding?> report, Action<long>? count, CancellationToken cancellation)
    {
        try
        {
            // Not after a minute of reading.
            if (Directory.Exists(path)) throw DocumentFault.NotWritten(path, "it is a folder; give a file in it, or -Format Folder");
            if (NoClobber && File.Exists(path)) throw DocumentFault.NotWritten(path, "it is already there and shall not be overwritten");
            using var place = new FileInPlace(path, NoClobber);
            ConsulKvExport result;
            using (var writer = WriterOf(format, place.Stream)) result = await FillAsync(writer, path, format, report, count, cancellation).ConfigureAwait(false);
            return result with { Sha256 = place.Commit() };
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.NotWritten(path, error);
        }
    }

    private async Task<ConsulKvExport> FillAsync(KvDocumentWriter writer, string path, ConsulKvFormat format, Action<KvReadState, ConsulFinding?> report, Action<long>? count, CancellationToken cancellation)
    {
        var (keys, bytes, index) = (0L, 0L, 0UL);
        await foreach (var piece in EntriesAsync(report, cancellation).ConfigureAwait(false))
        {
            foreach (var entry in piece)
            {
                writer.Add(entry);
                bytes += entry.Bytes.Length;
                index = Math.Max(index, entry.ModifyIndex);
            }
            keys += piece.Length;
            count?.Invoke(piece.Length);
        }
        cancellation.ThrowIfCancellationRequested();
        writer.Complete();
        return new ConsulKvExport { Path = path, Format = format, Prefix = prefix, Keys = keys, Bytes = bytes, Index = index == 0 ? null : index, Session = session.Name };
    }

    private ConsulKvEntry Stripped(ConsulKvEntry entry)
    {
        if (entry.Key.Length == prefix.Length) throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-StripPrefix"),
            ("problem", $"{Printable.Text(entry.Key, 200)} is a key itself, and nothing would be left of its name; leave it out with -Exclude, or export without -StripPrefix")));
        return new ConsulKvEntry
        {
            Key = entry.Key.Substring(prefix.Length), Bytes = entry.Bytes, Flags = entry.Flags, CreateIndex = entry.CreateIndex, ModifyIndex = entry.ModifyIndex, LockIndex = entry.LockIndex, LockSession = entry.LockSession,
            Consistency = entry.Consistency, LastContact = entry.LastContact, Session = entry.Session, Origin = entry.Origin,
        };
    }
}
