using System.Globalization;
using System.Text;

namespace ConsulKvTools.Kv;

/// <summary>Turns a key into the path that carries it byte for byte, or says why no path can.</summary>
internal static class KvKey
{
    // .NET refuses a URI of 65,520 characters; the rest is for scheme, host and query.
    private const int LongestPath = 60_000;

    private const string Root = "/v1/kv/";

    /// <summary><c>/v1/kv/…</c> for a key.</summary>
    /// <exception cref="ConsulKeyException">Consul would store or read another key, or none.</exception>
    public static string Path(string key) => Check(key, isPrefix: false) is { } problem ? throw ConsulException.From(problem) : Escape(key);

    /// <summary><c>/v1/kv/…</c> for a prefix, which may be empty: the whole store.</summary>
    /// <exception cref="ConsulKeyException">Consul would read another prefix.</exception>
    public static string PrefixPath(string prefix) => Check(prefix, isPrefix: true) is { } problem ? throw ConsulException.From(problem) : Escape(prefix);

    /// <summary>Why this key cannot be sent as it is; null when it can.</summary>
    public static ConsulFinding? Check(string key, bool isPrefix)
    {
        if (key.Length == 0) return isPrefix ? null : ConsulFinding.Create("Key.Empty");
        return IsPlain(key) ? null : CheckClosely(key);
    }

    /// <summary>The key's folder with its slash: what to list when looking for it; empty at the top.</summary>
    public static string Folder(string key) => key.Substring(0, key.LastIndexOf('/') + 1);

    /// <summary>True for what nearly every key is: letters, digits, hyphens and the like, with no slash or dot where it could mean something else.</summary>
    private static bool IsPlain(string key)
    {
        if (Root.Length + key.Length > LongestPath) return false;
        var last = '/';
        foreach (var letter in key)
        {
            if (letter is '/' or '.' ? last == '/' : letter is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_')) return false;
            last = letter;
        }
        return true;
    }

    private static ConsulFinding? CheckClosely(string key)
    {
        (string, object?)[] evidence = [("key", Printable.Text(key)), ("prefix", Printable.Text(Folder(key.TrimStart('/'))))];
        if (key[0] == '/') return ConsulFinding.Create("Key.LeadingSlash", [.. evidence, ("value", Printable.Text(key.TrimStart('/')))]);
        if (key.IndexOf("//", StringComparison.Ordinal) >= 0) return ConsulFinding.Create("Key.DoubleSlash", evidence);
        foreach (var segment in key.Split('/'))
            if (segment is "." or "..") return ConsulFinding.Create("Key.DotSegments", evidence);
        if (HasLoneSurrogate(key)) return ConsulFinding.Create("Key.InvalidUtf8", evidence);
        var size = Encoding.UTF8.GetByteCount(key);
        return size > LongestPath || Escape(key).Length > LongestPath
            ? ConsulFinding.Create("Key.TooLong", [("key", Printable.Text(key, 60)), ("size", size), ("limit", LongestPath)])
            : null;
    }

    /// <summary>
    /// Why this key cannot stand in a transaction; null when it can. There nothing filters characters that nobody sees: the key would be stored,
    /// and could then be neither read nor removed through <c>/v1/kv</c>.
    /// </summary>
    public static ConsulFinding? CheckInTransaction(string key)
    {
        if (IsPlain(key)) return null;
        for (var index = 0; index < key.Length; index++)
        {
            if (!IsPrintable(key, index)) return ConsulFinding.Create("Agent.UnprintableFilter", ("key", Printable.Text(key)), ("value", $"U+{char.ConvertToUtf32(key, index):X4}"), ("text", "a transaction would store it where /v1/kv cannot reach it"));
            if (char.IsHighSurrogate(key[index])) index++;
        }
        return null;
    }

    /// <summary>As Go's <c>unicode.IsPrint</c>, by which agents filter paths: letters, marks, numbers, punctuation, symbols and the plain space.</summary>
    private static bool IsPrintable(string key, int index) => CharUnicodeInfo.GetUnicodeCategory(key, index) switch
    {
        UnicodeCategory.SpaceSeparator => key[index] == ' ',
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        _ => true,
    };

    private static string Escape(string key)
    {
        if (IsPlain(key)) return Root + key;
        var path = new StringBuilder(Root, key.Length + 16);
        var start = 0;
        while (true)
        {
            var slash = key.IndexOf('/', start);
            var end = slash < 0 ? key.Length : slash;
            path.Append(Uri.EscapeDataString(key.Substring(start, end - start)));
            if (slash < 0) return path.ToString();
            path.Append('/');
            start = slash + 1;
        }
    }

    /// <summary>True when the text holds half of a surrogate pair, which UTF-8 cannot carry.</summary>
    public static bool HasLoneSurrogate(string key)
    {
        for (var index = 0; index < key.Length; index++)
        {
            if (!char.IsSurrogate(key[index])) continue;
            if (!char.IsHighSurrogate(key[index]) || index + 1 == key.Length || !char.IsLowSurrogate(key[index + 1])) return true;
            index++;
        }
        return false;
    }
}
