using System.Globalization;
using System.Management.Automation.Host;
using System.Text;

namespace ConsulKvTools;

/// <summary>A stored value as people read it.</summary>
internal static class ValueText
{
    private const int RowLength = 16;
    private const int RowWidth = 72;
    private const int LongestDump = 256;
    private const int LongestLine = 400;

    /// <summary>On one line within <paramref name="room"/> columns: long text cut with its length, bytes that are no text with their size and the first of them.</summary>
    public static string Brief(ConsulKvEntry entry, int? room, PSHost? host)
    {
        if (!entry.IsText) return Hex(entry.Bytes, room ?? LongestLine);
        var text = Printable.Text(entry.Value, LongestLine);
        if (room is not { } columns || (entry.Value.Length <= LongestLine && (text.Length * 2 <= columns || ViewWidth.Cells(text, host) <= columns))) return text;
        var length = string.Format(CultureInfo.InvariantCulture, "… ({0:N0} chars)", entry.Value.Length);
        return ViewWidth.Head(Printable.Text(entry.Value.Substring(0, Math.Min(entry.Value.Length, columns)), int.MaxValue), Math.Max(4, columns - length.Length), host) + length;
    }

    /// <summary>On one line of <paramref name="longest"/> characters.</summary>
    public static string Short(ConsulKvEntry entry, int longest) => entry.IsText ? Printable.Text(entry.Value, longest) : Hex(entry.Bytes, longest);

    /// <summary>Rows of hexadecimal numbers and letters, as of <c>xxd</c>, below the size; shorter rows where the console is narrow.</summary>
    public static string Dump(byte[] bytes, int? room)
    {
        var length = room < RowWidth ? RowLength / 2 : RowLength;
        var text = new StringBuilder(View.Bytes(bytes.Length)).Append(", no UTF-8 text");
        for (var start = 0; start < Math.Min(bytes.Length, LongestDump); start += length)
        {
            var row = bytes.Skip(start).Take(length).ToArray();
            text.Append(Environment.NewLine).Append(start.ToString("x4", CultureInfo.InvariantCulture)).Append("  ").Append(Numbers(row, row.Length).PadRight(length * 3 + 1));
            foreach (var one in row) text.Append(one is >= 0x20 and < 0x7f ? (char)one : '.');
        }
        if (bytes.Length > LongestDump) text.Append(Environment.NewLine).Append("… ").Append(View.Bytes(bytes.Length - LongestDump)).Append(" more");
        return text.ToString();
    }

    private static string Hex(byte[] bytes, int room)
    {
        var size = View.Bytes(bytes.Length);
        // "(256 bytes: 00 01 02…)"
        var shown = Math.Min(Math.Min(bytes.Length, 8), (room - size.Length - 5) / 3);
        return shown < 1 ? $"({size})" : $"({size}: {Numbers(bytes, shown)}{(shown < bytes.Length ? "…" : "")})";
    }

    private static string Numbers(byte[] bytes, int count) => string.Join(" ", bytes.Take(count).Select(one => one.ToString("x2", CultureInfo.InvariantCulture)));
}
