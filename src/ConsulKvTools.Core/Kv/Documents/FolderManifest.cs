using System.Globalization;
using System.Text;
using ConsulKvTools.Files;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// What a folder says about itself, in its file <c>.consulkv</c>: which files were written by an export, so that only these are ever removed, and
/// the flags of their keys. A file that is not named here is a key all the same, with flags 0.
/// </summary>
internal sealed class FolderManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = ".consulkv";

    /// <summary>The file that is there while an export writes; it names the files of the old and the new state.</summary>
    public const string WritingName = ".consulkv-writing";

    private const string Head =
        "# Files of this folder that Export-ConsulKv wrote, each a key: flags, tab, path. The next export removes those whose keys are gone.\n" +
        "# In names %2f is a byte, a % at the end is dropped, %+ at the end goes on in the next name. Names that begin with a dot are no keys.\n";

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Flags by path, with slashes.</summary>
    public SortedDictionary<string, ulong> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The manifest of a folder, with what an export that did not end had named; empty when there is none.</summary>
    /// <exception cref="ConsulDocumentException">It cannot be read, or is none.</exception>
    public static FolderManifest Read(string folder)
    {
        var manifest = new FolderManifest();
        manifest.Add(Path.Combine(folder, WritingName));
        manifest.Add(Path.Combine(folder, FileName));
        return manifest;
    }

    /// <summary>As text.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Head);
        foreach (var file in Files) text.Append(file.Value.ToString(CultureInfo.InvariantCulture)).Append('\t').Append(file.Key).Append('\n');
        return Utf8.GetBytes(text.ToString());
    }

    private void Add(string file)
    {
        if (!File.Exists(file)) return;
        if (FileKind.IsSpecial(file)) throw DocumentFault.Unreadable(file, FileKind.SpecialProblem);
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file, Utf8);
        }
        catch (DecoderFallbackException error)
        {
            throw DocumentFault.Malformed(file, "somewhere in it", "there are bytes that are no UTF-8", error);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(file, error);
        }
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index];
            if (line.Length == 0 || line[0] == '#') continue;
            var tab = line.IndexOf('\t');
            if (tab < 0 || !ulong.TryParse(line.Substring(0, tab), NumberStyles.None, CultureInfo.InvariantCulture, out var flags) || !IsInside(line.Substring(tab + 1)))
                throw DocumentFault.Malformed(file, $"line {index + 1}", "a line is a number, a tab and the path of a file within the folder; if git left marks of a merge, settle them");
            Files[line.Substring(tab + 1)] = flags;
        }
    }

    /// <summary>What is named here is removed one day: nothing outside of the folder may be, and nothing that is hidden.</summary>
    private static bool IsInside(string path)
    {
        foreach (var name in path.Split('/'))
            if (name.Length == 0 || name[0] == '.' || name.IndexOfAny(['\\', ':', '\0']) >= 0) return false;
        return true;
    }
}
