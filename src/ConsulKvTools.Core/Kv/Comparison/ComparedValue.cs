using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>A value as it is compared and as it is shown.</summary>
internal sealed class ComparedValue
{
    /// <summary>What stands where something was that does not count.</summary>
    public const string Excluded = "<excluded>";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly ConsulKvEntry entry;
    private readonly IReadOnlyList<Regex> exclude;
    private string? shown;

    public ComparedValue(ConsulKvEntry entry, IReadOnlyList<Regex> exclude)
    {
        (this.entry, this.exclude) = (entry, exclude);
        Text = TextOf(entry.Bytes) is { } text ? Without(text) : null;
    }

    /// <summary>The text without what does not count; null when it is none.</summary>
    public string? Text { get; }

    /// <summary>The same with its secrets hidden.</summary>
    public string? Shown => Text is null ? null : shown ??= Without(TextOf(ValueMask.Apply(entry.Key, entry.Bytes)) ?? "");

    /// <summary>The JSON of <see cref="Text"/>; null when it is none.</summary>
    public JsonDocument? Document() => Parse(Text);

    /// <summary>The JSON of <see cref="Shown"/>; null when it is none.</summary>
    public JsonDocument? ShownDocument() => Parse(Shown);

    /// <summary>True when both say the same.</summary>
    public bool IsSame(ComparedValue other) => Text is null || other.Text is null ? entry.Bytes.AsSpan().SequenceEqual(other.entry.Bytes) : Text == other.Text;

    // What does not count may have been a number, or a part of one.
    private JsonDocument? Parse(string? text) => JsonDifference.Parse(text) ?? (exclude.Count == 0 || text is null ? null : JsonDifference.Parse(JsonDifference.Quoted(text, Excluded)));

    /// <exception cref="ConsulException">A pattern takes too long.</exception>
    private string Without(string text)
    {
        foreach (var pattern in exclude)
        {
            try
            {
                text = pattern.Replace(text, Excluded);
            }
            catch (RegexMatchTimeoutException)
            {
                // It goes no further, for it carries the value.
                throw ComparisonOptions.TooSlow(pattern, entry.Key);
            }
        }
        return text;
    }

    private static string? TextOf(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
