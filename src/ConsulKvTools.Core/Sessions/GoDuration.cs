using System.Globalization;

namespace ConsulKvTools.Sessions;

/// <summary>Durations as Go and Consul write them: <c>500ms</c>, <c>3s</c>, <c>1m30s</c>.</summary>
internal static class GoDuration
{
    // The longer unit first where one begins like the other.
    private static readonly (string Unit, decimal Ticks)[] Units =
    [
        ("ns", 0.01m), ("us", 10m), ("µs", 10m), ("μs", 10m), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration; false when <paramref name="text"/> is none. There is no default unit; only 0 needs none.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.Trim();
        var negative = rest.StartsWith("-", StringComparison.Ordinal);
        if (negative) rest = rest.Substring(1);
        if (rest == "0") return true;
        if (rest.Length == 0) return false;
        var ticks = 0m;
        while (rest.Length > 0)
        {
            var digits = 0;
            while (digits < rest.Length && (rest[digits] is (>= '0' and <= '9') or '.')) digits++;
            if (digits is 0 or > 20 || !decimal.TryParse(rest.Substring(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest.Substring(digits);
            var unit = Array.Find(Units, candidate => rest.StartsWith(candidate.Unit, StringComparison.Ordinal));
            if (unit.Unit is null || number > 1_000_000_000_000m) return false;
            ticks += number * unit.Ticks;
            rest = rest.Substring(unit.Unit.Length);
        }
        if (ticks > TimeSpan.MaxValue.Ticks) return false;
        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }
}
