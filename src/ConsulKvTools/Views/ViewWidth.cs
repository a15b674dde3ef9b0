using System.Globalization;
using System.Management.Automation.Host;

namespace ConsulKvTools;

/// <summary>How much room a view has, and how text is made to fit it.</summary>
internal static class ViewWidth
{
    private const int Narrowest = 40;
    private const int NarrowestShare = 12;
    private const int Label = 18;

    /// <summary>The console's columns; null where there is no console, or one too narrow to heed.</summary>
    public static int? Of(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width is >= Narrowest and var width ? width : null;
        }
        catch (Exception failure) when (failure is HostException or InvalidOperationException or NotSupportedException or NotImplementedException or IOException)
        {
            // Jobs, remote sessions and hosts of other programs have none.
            return null;
        }
    }

    /// <summary>What is left beside the labels of a list.</summary>
    public static int? InList(PSHost? host) => Of(host) is { } width ? Math.Max(Narrowest, width - Label) : null;

    /// <summary>The columns of one of <paramref name="sharers"/> that share what others leave; null where there is no console.</summary>
    public static int? Share(PSHost? host, int taken, int sharers) =>
        // The last column stays free, as PowerShell leaves it.
        Of(host) is { } width ? Math.Max(NarrowestShare, (width - 1 - taken) / sharers) : null;

    /// <summary>The columns that <paramref name="text"/> takes on this console: two for each wide letter, none for what combines.</summary>
    public static int Cells(string text, PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.LengthInBufferCells(text) ?? text.Length;
        }
        catch (Exception failure) when (failure is HostException or InvalidOperationException or NotSupportedException or NotImplementedException or IOException)
        {
            return text.Length;
        }
    }

    /// <summary><paramref name="text"/> without its middle when it is wider than <paramref name="room"/>; the end of a key tells more than its beginning.</summary>
    public static string Middle(string text, int? room, PSHost? host)
    {
        // A letter takes two columns at most.
        if (room is not { } columns || text.Length * 2 <= columns || Cells(text, host) <= columns) return text;
        var head = (columns - 1) * 2 / 5;
        return Head(text, head, host) + "…" + Tail(text, columns - 1 - head, host);
    }

    /// <summary>The beginning of <paramref name="text"/> that fits; letters and what combines with them stay together.</summary>
    public static string Head(string text, int columns, PSHost? host)
    {
        var starts = StringInfo.ParseCombiningCharacters(text);
        var fit = 0;
        while (fit < starts.Length && Cells(text.Substring(0, End(starts, fit, text)), host) <= columns) fit++;
        return fit == 0 ? "" : text.Substring(0, End(starts, fit - 1, text));
    }

    private static string Tail(string text, int columns, PSHost? host)
    {
        var starts = StringInfo.ParseCombiningCharacters(text);
        var first = starts.Length;
        while (first > 0 && Cells(text.Substring(starts[first - 1]), host) <= columns) first--;
        return first == starts.Length ? "" : text.Substring(starts[first]);
    }

    private static int End(int[] starts, int index, string text) => index + 1 < starts.Length ? starts[index + 1] : text.Length;
}
