using System.Text;
using ConsulKvTools.Files;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// Writes a folder: only files whose bytes differ are written, only files that an export wrote are removed. While it writes, the folder says that it is not
/// whole, and is read by nobody.
/// </summary>
/// <param name="folder">The folder; made when it is not there.</param>
/// <param name="force">True to write over files, and into a folder, that no export wrote.</param>
internal sealed class FolderWriter(string folder, bool force) : KvDocumentWriter
{
    // What .NET says of a file that is not there.
    private const FileAttributes Nothing = (FileAttributes)(-1);

    private const string AttributesName = ".gitattributes";
    private const string Attributes = "# Values are bytes: git must not change their line ends.\n* -text\n";

    private readonly string folder = Path.GetFullPath(folder);
    private readonly KvSpool spool = new(folder);
    private readonly HashSet<string> made = new(StringComparer.Ordinal);
    private int count;

    /// <summary>Files that were written because their bytes differ.</summary>
    public int Written { get; private set; }

    /// <summary>Files that were removed because their keys are gone.</summary>
    public int Removed { get; private set; }

    /// <inheritdoc/>
    public override void Add(ConsulKvEntry entry)
    {
        if (KvKey.HasLoneSurrogate(entry.Key)) throw DocumentFault.Unrepresentable(entry.Key, ConsulKvFormat.Folder, "it is no UTF-8");
        spool.Add(entry, ++count, 0);
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        spool.Complete();
        try
        {
            Write();
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.NotWritten(folder, error);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => spool.Dispose();

    private void Write()
    {
        if (File.Exists(folder)) throw DocumentFault.NotWritten(folder, "it is a file, and a folder is to be written");
        var paths = new FolderPaths(spool.Keys).Paths();
        CheckLengths(paths);
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { FolderManifest.FileName, FolderManifest.WritingName, AttributesName }) Standing(name);
        var old = FolderManifest.Read(folder);
        if (!force && old.Files.Count == 0 && !File.Exists(At(FolderManifest.FileName)) && Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry)[0] != '.'))
            throw DocumentFault.NotWritten(folder, "it is not empty, and no export wrote what is in it: its files would be keys; give a new or empty folder, or -Force if they shall be keys");
        var now = new FolderManifest();
        var index = 0;
        foreach (var flags in spool.Flags) now.Files[paths[index++]] = flags;
        CheckStrangers(old, now, paths);
        CheckAttributes();

        var both = new FolderManifest();
        foreach (var file in old.Files.Concat(now.Files)) both.Files[file.Key] = file.Value;
        Put(FolderManifest.WritingName, both.ToBytes(), isKey: false);
        foreach (var file in old.Files.Keys)
            if (!now.Files.ContainsKey(file)) Remove(file);
        index = 0;
        foreach (var piece in spool.Read(CancellationToken.None))
            foreach (var entry in piece) Put(paths[index++], entry.Bytes);
        Put(FolderManifest.FileName, now.ToBytes(), isKey: false);
        if (!File.Exists(At(AttributesName))) Put(AttributesName, Encoding.UTF8.GetBytes(Attributes), isKey: false);
        File.Delete(At(FolderManifest.WritingName));
    }

    /// <summary>Before anything is changed: the system would refuse such a file when others are written already.</summary>
    private void CheckLengths(IReadOnlyList<string> paths)
    {
        var index = 0;
        foreach (var key in spool.Keys)
            if (PathLimit.Problem(At(paths[index++])) is { } problem) throw DocumentFault.PathTooLong(key, problem);
    }

    /// <summary>Before anything is changed: what stands where a key, or a folder of keys, is to stand, and is not ours; and links on the way.</summary>
    private void CheckStrangers(FolderManifest old, FolderManifest now, IReadOnlyList<string> paths)
    {
        var strangers = new HashSet<string>(StringComparer.Ordinal);
        var looked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in now.Files.Keys)
        {
            foreach (var above in FoldersOf(path))
                if (looked.Add(above) && Standing(above) is { } way && (way & FileAttributes.Directory) == 0 && !old.Files.ContainsKey(above))
                    throw DocumentFault.NotWritten(At(above), "a file that no export wrote stands where a folder is to stand; move it away");
            if (Standing(path) is not { } there) continue;
            if ((there & FileAttributes.Directory) != 0)
            {
                if (Stays(path, old)) throw DocumentFault.NotWritten(At(path), "a folder stands where a key is to stand, and not all that is in it was written by an export; move it away");
            }
            else if (!force && !old.Files.ContainsKey(path)) strangers.Add(path);
        }
        foreach (var path in old.Files.Keys)
            foreach (var above in FoldersOf(path))
                if (looked.Add(above)) Standing(above);
        if (strangers.Count == 0) return;
        // A file that says what the key says is taken over: an import took it in, and nothing is lost.
        var index = 0;
        foreach (var piece in spool.Read(CancellationToken.None))
            foreach (var entry in piece)
                if (paths[index++] is var path && strangers.Contains(path) && !IsSame(At(path), entry.Bytes))
                    throw DocumentFault.NotWritten(At(path), "a file that no export wrote stands where a key is to stand, and says something else; move it away, import it, or write over it with -Force");
    }

    /// <summary>True for a folder that is still there when the files of the last export are removed.</summary>
    private bool Stays(string path, FolderManifest old)
    {
        Standing(path);
        var inside = new DirectoryInfo(At(path)).GetFileSystemInfos();
        return inside.Length == 0 || inside.Any(entry => entry is DirectoryInfo ? Stays($"{path}/{entry.Name}", old) : !old.Files.ContainsKey($"{path}/{entry.Name}"));
    }

    /// <summary>What stands at a path; null for nothing. A link would lead out of the folder, even one that leads nowhere yet; the reading of a pipe would wait for ever.</summary>
    private FileAttributes? Standing(string path)
    {
        var attributes = new FileInfo(At(path)).Attributes;
        if (attributes == Nothing) return null;
        if ((attributes & FileAttributes.ReparsePoint) != 0) throw DocumentFault.NotWritten(At(path), "it is a link, and nothing is written or removed through links; put a file or folder there");
        return FileKind.IsSpecial(At(path)) ? throw DocumentFault.NotWritten(At(path), FileKind.SpecialProblem) : attributes;
    }

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1)) yield return path.Substring(0, slash);
    }

    private void CheckAttributes()
    {
        var file = At(AttributesName);
        if (File.Exists(file) && !File.ReadAllLines(file).Any(line => line.Trim() is "* -text" or "* binary"))
            throw DocumentFault.NotWritten(file, "it lacks the line '* -text', without which git would change values' line ends; add it");
    }

    private void Put(string path, byte[] bytes, bool isKey = true)
    {
        var place = At(path);
        if (isKey) Make(Path.GetDirectoryName(place)!);
        if (Standing(path) is not null && IsSame(place, bytes)) return;
        var beside = At($".consulkv-{Guid.NewGuid():N}.tmp");
        try
        {
            File.WriteAllBytes(beside, bytes);
            WholeFile.Replace(beside, place);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
        if (isKey) Written++;
    }

    /// <summary>A folder that is a link would lead out of this one.</summary>
    private void Make(string place)
    {
        if (!made.Add(place) || place.Length <= folder.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Length) return;
        Make(Path.GetDirectoryName(place)!);
        var directory = new DirectoryInfo(place);
        if (!directory.Exists) directory.Create();
        else if ((directory.Attributes & FileAttributes.ReparsePoint) != 0) throw DocumentFault.NotWritten(place, "it is a link; nothing is written through links");
    }

    private void Remove(string path)
    {
        var place = At(path);
        if (!File.Exists(place)) return;
        for (var above = Path.GetDirectoryName(place)!; above.Length > folder.Length; above = Path.GetDirectoryName(above)!)
            if ((File.GetAttributes(above) & FileAttributes.ReparsePoint) != 0) throw DocumentFault.NotWritten(above, "it is a link; nothing is removed through links");
        File.Delete(place);
        Removed++;
        for (var above = Path.GetDirectoryName(place)!; above.Length > folder.Length && !Directory.EnumerateFileSystemEntries(above).Any(); above = Path.GetDirectoryName(above)!) Directory.Delete(above);
    }

    private static bool IsSame(string place, byte[] bytes) => new FileInfo(place).Length == bytes.Length && File.ReadAllBytes(place).AsSpan().SequenceEqual(bytes);

    private string At(string path) => Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
}
