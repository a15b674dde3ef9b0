using ConsulKvTools.Files;

namespace ConsulKvTools.Kv.Documents;

/// <summary>Reads a folder: each file is a key, but for those whose names, or whose folders' names, begin with a dot.</summary>
/// <param name="folder">The folder.</param>
internal sealed class FolderReader(string folder) : KvDocumentReader(folder)
{
    /// <inheritdoc/>
    public override IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation)
    {
        if (!Directory.Exists(Name)) throw DocumentFault.Unreadable(Name, File.Exists(Name) ? "it is a file, and a folder was expected" : "there is no such file or folder");
        if (File.Exists(Path.Combine(Name, FolderManifest.WritingName)))
            throw DocumentFault.Malformed(Name, FolderManifest.WritingName, "an export into this folder did not end, so it is neither the old nor the new state; export again, or take the last state from git");
        var flags = FolderManifest.Read(Name).Files;
        var root = new DirectoryInfo(Name);
        foreach (var (file, path) in FilesOf(root, []))
        {
            cancellation.ThrowIfCancellationRequested();
            var shown = string.Join("/", path);
            if (!FolderNames.TryKey(path, out var key, out var problem)) throw DocumentFault.Malformed(Name, shown, problem!);
            if (key.Length == 0) throw DocumentFault.Malformed(Name, shown, "its name stands for no key");
            flags.TryGetValue(shown, out var number);
            yield return [new KvDocumentItem(new ConsulKvEntry { Key = key, Bytes = Bytes(file), Flags = number }, 0)];
        }
    }

    /// <summary>True for a file that would be read as a key.</summary>
    public bool Holds(string file)
    {
        var root = Path.GetFullPath(Name).TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) + Path.DirectorySeparatorChar;
        var full = Path.GetFullPath(file);
        return full.StartsWith(root, StringComparison.OrdinalIgnoreCase) && !full.Substring(root.Length).Split(Path.DirectorySeparatorChar).Any(name => name.StartsWith(".", StringComparison.Ordinal));
    }

    private IEnumerable<(FileInfo File, List<string> Path)> FilesOf(DirectoryInfo folder, List<string> above)
    {
        FileSystemInfo[] found;
        try
        {
            found = folder.GetFileSystemInfos();
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(folder.FullName, error);
        }
        foreach (var entry in found)
        {
            if (entry.Name[0] == '.') continue;
            List<string> path = [.. above, entry.Name];
            // A link in a folder that somebody else wrote could bring any file of this machine into the store.
            if ((entry.Attributes & FileAttributes.ReparsePoint) != 0) throw DocumentFault.Malformed(Name, string.Join("/", path), "it is a link; put the file itself there");
            if (entry is DirectoryInfo below)
                foreach (var file in FilesOf(below, path)) yield return file;
            // The reading of a pipe would wait for ever.
            else if (FileKind.IsSpecial(entry.FullName)) throw DocumentFault.Malformed(Name, string.Join("/", path), FileKind.SpecialProblem);
            else yield return ((FileInfo)entry, path);
        }
    }

    private byte[] Bytes(FileInfo file)
    {
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(file.FullName, error);
        }
    }
}
