using System.Text;

namespace ConsulKvTools.Kv;

/// <summary>What is legal in a key and yet often a slip. Information only: each of these is somebody's intention somewhere.</summary>
internal static class KeyOddities
{
    private const int MostLookAlikes = 12;

    // Normalization itself needs ICU, which small containers lack; the marks tell as much.
    /// <summary>What is odd about a key that <see cref="KvKey.Check"/> lets pass.</summary>
    public static IEnumerable<ConsulFinding> Of(string key, bool isPrefix)
    {
        ConsulFinding Note(string code) =>
            ConsulFinding.Create(code, ("key", Printable.Text(key)), ("prefix", Printable.Text(KvKey.Folder(key)))) with { Severity = FindingSeverity.Info };
        if (HasControl(key)) yield return Note("Key.ControlCharacter");
        if (key.IndexOf('\\') >= 0) yield return Note("Key.Backslash");
        if (key.IndexOf('?') >= 0) yield return Note("Key.UnescapedQuestionMark");
        if (key.IndexOf('#') >= 0) yield return Note("Key.UnescapedHash");
        if (key.IndexOf('%') >= 0) yield return Note("Key.PercentLiteral");
        if (key.IndexOf('+') >= 0) yield return Note("Key.PlusAndSpace");
        if (key.Length > 0 && (char.IsWhiteSpace(key[0]) || char.IsWhiteSpace(key[key.Length - 1]))) yield return Note("Key.SurroundingBlank");
        if (!isPrefix && key.EndsWith("/", StringComparison.Ordinal)) yield return Note("Key.TrailingSlash");
        if (key.Any(letter => letter is >= '\u0300' and <= '\u036f')) yield return Note("Key.NotNormalized");
    }

    /// <summary>True when the key holds a control character, which agents refuse unless told otherwise.</summary>
    public static bool HasControl(string key) => key.Any(letter => letter is < ' ' or '\u007f');

    /// <summary>Other spellings that the same intention may have been stored under, by this program or by one that escapes badly.</summary>
    public static IReadOnlyList<string> LookAlikes(string key)
    {
        string[] others =
        [
            key.TrimEnd('/'), key + "/", key.Trim(), key.Replace('\\', '/'), Cut(key, '?'), Cut(key, '#'), key.Replace('+', ' '), key.Replace(' ', '+'),
            Unescaped(key), key.ToLowerInvariant(), key.ToUpperInvariant(), LastPart(key, part => char.ToUpperInvariant(part[0]) + part.Substring(1)),
            LastPart(key, part => char.ToLowerInvariant(part[0]) + part.Substring(1)), key.Normalize(NormalizationForm.FormC), key.Normalize(NormalizationForm.FormD),
        ];
        return [.. others.Where(other => other != key && KvKey.Check(other, isPrefix: false) is null && !HasControl(other)).Distinct(StringComparer.Ordinal).Take(MostLookAlikes)];
    }

    private static string Cut(string key, char at) => key.IndexOf(at) is >= 0 and var place ? key.Substring(0, place) : key;

    private static string Unescaped(string key) => key.IndexOf('%') < 0 ? key : Uri.UnescapeDataString(key);

    private static string LastPart(string key, Func<string, string> change)
    {
        var folder = KvKey.Folder(key);
        return folder.Length == key.Length ? key : folder + change(key.Substring(folder.Length));
    }
}
