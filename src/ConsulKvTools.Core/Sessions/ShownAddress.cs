namespace ConsulKvTools.Sessions;

/// <summary>An address as it may be shown: without what people put into addresses and nobody else should read.</summary>
internal static class ShownAddress
{
    /// <summary><paramref name="text"/> with <c>***</c> for a user and password, a query and a fragment; any of them may be a secret.</summary>
    public static string Of(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var at = text.LastIndexOf('@');
        var query = text.IndexOfAny(['?', '#']);
        var start = scheme >= 0 && (at < 0 || scheme < at) && (query < 0 || scheme < query) ? scheme + 3 : 0;
        // An @ behind a ? may belong to a password or to the query: which part is harmless cannot be told.
        if (query >= 0 && query < at) return Printable.Text(text.Substring(0, start) + "***");
        var rest = at >= 0 ? "***" + text.Substring(at) : text.Substring(start);
        if (rest.IndexOfAny(['?', '#']) is var end and >= 0) rest = rest.Substring(0, end + 1) + "***";
        return Printable.Text(text.Substring(0, start) + rest);
    }
}
