namespace ConsulKvTools.Cli.Json;

/// <summary>One entry. A value that is UTF-8 stands in <c>value</c>, any other in <c>base64</c>; the other of the two is null.</summary>
internal sealed record EntryRow(
    string Key, string? Value, string? Base64, int Size, ulong Flags, ulong CreateIndex, ulong ModifyIndex, ulong LockIndex, string? LockSession)
{
    public static EntryRow Of(ConsulKvEntry entry)
    {
        // A text with U+0000 is valid UTF-8 and valid JSON; nothing else needs a way around.
        var isText = entry.IsText;
        return new(entry.Key, isText ? entry.Value : null, isText ? null : Convert.ToBase64String(entry.Bytes), entry.Bytes.Length,
            entry.Flags, entry.CreateIndex, entry.ModifyIndex, entry.LockIndex, entry.LockSession);
    }
}
