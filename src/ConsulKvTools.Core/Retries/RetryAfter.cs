using System.Net.Http.Headers;

namespace ConsulKvTools.Retries;

/// <summary>The pause that an answer asks for: <c>Retry-After</c> in seconds or as an HTTP date (RFC 9110, 10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>The pause from <paramref name="now"/> on; zero for a date that is past, null when the header is missing or neither form.</summary>
    public static TimeSpan? Of(string? header, DateTimeOffset now)
    {
        if (header is null) return null;
        if (RetryConditionHeaderValue.TryParse(header, out var value))
            return value.Delta ?? (value.Date > now ? value.Date - now : TimeSpan.Zero);
        // More seconds than the parser's int holds: longer than anybody waits, but a number all the same.
        var digits = header.Trim();
        return digits.Length > 0 && digits.All(one => one is >= '0' and <= '9') ? TimeSpan.FromSeconds(int.MaxValue) : null;
    }
}
