namespace ConsulKvTools.Logs.Reading;

/// <summary>A time as a line has it, and what it lacks.</summary>
/// <param name="Local">The time as it is written.</param>
/// <param name="Offset">Its distance from UTC; null when it is not written.</param>
/// <param name="HasYear">False when no year is written.</param>
internal readonly record struct LogStamp(DateTime Local, TimeSpan? Offset, bool HasYear)
{
    /// <summary>A time that lies so far before that of the line before it went back; less is two lines that were written side by side.</summary>
    public static readonly TimeSpan ClockBack = TimeSpan.FromSeconds(2);

    private const int FirstYear = 1970;
    private const int LastYear = 9998;
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// <summary>Reads <c>2026-01-31T08:05:00.123Z</c>, also with slashes, a blank, a comma or an offset.</summary>
    /// <param name="text">Begins with it.</param>
    /// <param name="stamp">The time.</param>
    /// <param name="length">How long it is.</param>
    public static bool TryIso(ReadOnlySpan<char> text, out LogStamp stamp, out int length)
    {
        stamp = default;
        length = 0;
        if (text.Length < 19 || !Digits(text, 0, 4, out var year) || text[4] is not ('-' or '/') || text[7] != text[4] || text[10] is not ('T' or ' ') || text[13] != ':' || text[16] != ':'
            || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day) || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute) || !Digits(text, 17, 2, out var second)
            // What lies further off is no time but a zero or a mistake, and at the ends of the calendar another zone has none.
            || year is < FirstYear or > LastYear || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return false;
        var ticks = new DateTime(year, month, day, hour, minute, Math.Min(second, 59)).Ticks;
        length = 19;
        if (length < text.Length && text[length] is '.' or ',')
        {
            var scale = TimeSpan.TicksPerSecond;
            for (length++; length < text.Length && (uint)(text[length] - '0') <= 9; length++)
                if ((scale /= 10) > 0) ticks += (text[length] - '0') * scale;
        }
        stamp = new(new DateTime(ticks), Zone(text, ref length), true);
        return true;
    }

    /// <summary>Reads syslog's <c>Jan  3 08:05:00</c>.</summary>
    public static bool TrySyslog(ReadOnlySpan<char> text, out LogStamp stamp, out int length)
    {
        stamp = default;
        length = 15;
        if (text.Length < 15 || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':') return false;
        var month = Months.AsSpan().IndexOf(text.Slice(0, 3), StringComparison.Ordinal);
        var first = text[4] == ' ' ? 0 : text[4] - '0';
        if (month < 0 || month % 3 != 0 || (uint)first > 3 || !Digits(text, 5, 1, out var last) || !Digits(text, 7, 2, out var hour) || !Digits(text, 10, 2, out var minute) || !Digits(text, 13, 2, out var second)
            || first * 10 + last is 0 or > 31 || hour > 23 || minute > 59 || second > 60) return false;
        // A leap year, in which every day is one; the right one is found later.
        if (first * 10 + last > DateTime.DaysInMonth(2000, month / 3 + 1)) return false;
        stamp = new(new DateTime(2000, month / 3 + 1, first * 10 + last, hour, minute, Math.Min(second, 59)), null, false);
        return true;
    }

    /// <summary>The moment, with what is missing assumed: the zone, and the last year in which it is not after the log's own end.</summary>
    /// <param name="end">When the log was last written.</param>
    /// <param name="zone">Where it was written.</param>
    /// <param name="before">The time of the line before it; null when there is none.</param>
    public DateTimeOffset Resolve(DateTimeOffset end, TimeZoneInfo zone, DateTimeOffset? before = null)
    {
        var local = Local;
        if (!HasYear)
        {
            // A file may claim any time; the first leap year has every day. East of Greenwich a year begins before the end's does.
            var year = Math.Max(FirstYear + 2, Math.Min(LastYear, end.Year + 1));
            while (year > FirstYear + 2 && (!IsIn(year) || At(OfYear(year), zone, before).AddDays(-1) > end)) year--;
            local = OfYear(year);
        }
        return At(local, zone, before);
    }

    private bool IsIn(int year) => Local.Day <= DateTime.DaysInMonth(year, Local.Month);

    private DateTime OfYear(int year) => new(year, Local.Month, Local.Day, Local.Hour, Local.Minute, Local.Second);

    private DateTimeOffset At(DateTime local, TimeZoneInfo zone, DateTimeOffset? before)
    {
        if (Offset is { } written) return new(local, written);
        // IsAmbiguousTime does not know the hour that comes twice in Dublin, where winter is what is saved.
        var (earlier, later) = (zone.GetUtcOffset(local.AddDays(-1)), zone.GetUtcOffset(local.AddDays(1)));
        if (earlier <= later) return new(local, zone.GetUtcOffset(local));
        // The clock is set back within these days: of what comes twice lines are of the first pass until their time goes back.
        var first = new DateTimeOffset(local, earlier);
        return zone.GetUtcOffset(first) != earlier || (zone.GetUtcOffset(new DateTimeOffset(local, later)) == later && before - first >= ClockBack) ? new(local, later) : first;
    }

    private static TimeSpan? Zone(ReadOnlySpan<char> text, ref int length)
    {
        if (length >= text.Length) return null;
        if (text[length] == 'Z')
        {
            length++;
            return TimeSpan.Zero;
        }
        if (text[length] is not ('+' or '-') || text.Length < length + 5 || !Digits(text, length + 1, 2, out var hours)) return null;
        var colon = text[length + 3] == ':' ? 1 : 0;
        if (text.Length < length + 5 + colon || !Digits(text, length + 3 + colon, 2, out var minutes) || hours > 14 || minutes > 59 || hours * 60 + minutes > 14 * 60) return null;
        var zone = new TimeSpan(hours, minutes, 0);
        if (text[length] == '-') zone = -zone;
        length += 5 + colon;
        return zone;
    }

    private static bool Digits(ReadOnlySpan<char> text, int start, int count, out int number)
    {
        number = 0;
        for (var index = start; index < start + count; index++)
        {
            if ((uint)(text[index] - '0') is not (<= 9 and var digit)) return false;
            number = number * 10 + (int)digit;
        }
        return true;
    }
}
