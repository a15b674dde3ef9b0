using System.Globalization;

namespace ConsulKvTools;

/// <summary>One value of a finding's evidence as people read it.</summary>
internal static class EvidenceText
{
    /// <summary>Times as <c>2026-01-31 08:05:00Z</c>, anything else in the invariant culture; empty for null.</summary>
    public static string Of(object? value) => value switch
    {
        DateTime time => time.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("u", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
