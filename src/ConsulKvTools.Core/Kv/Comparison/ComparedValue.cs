using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>A value as it is compared and as it is shown.</summary>
internal sealed class ComparedValue
{
    private const string Left = "<excluded>";
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

    /// <summary>True when both say the same.</summary>
    public bool IsSame(ComparedValue other) => Text is null || other.Text is null ? entry.Bytes.AsSpan().SequenceEqual(other.entry.Bytes) : Text == other.Text;

    private string Without(string text)
    {
        foreach (var pattern in exclude) text = pattern.Replace(text, Left);
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
