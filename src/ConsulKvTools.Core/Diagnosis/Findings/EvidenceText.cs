using System.Collections;
using System.Globalization;

namespace ConsulKvTools;

/// <summary>One value of a finding's evidence as people read it.</summary>
internal static class EvidenceText
{
    /// <summary>Moments as <c>2026-01-31 08:05:00Z</c>, durations as <c>35 ms</c>, lists with commas, anything else in the invariant culture; empty for null.</summary>
    public static string Of(object? value) => value switch
    {
        DateTime time => time.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("u", CultureInfo.InvariantCulture),
        TimeSpan duration => DiagnosisText.Time(duration),
        string text => text,
        bool yes => yes ? "yes" : "no",
        IDictionary inner => string.Join(", ", inner.Cast<DictionaryEntry>().Select(pair => $"{pair.Key} {Of(pair.Value)}")),
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Of)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
