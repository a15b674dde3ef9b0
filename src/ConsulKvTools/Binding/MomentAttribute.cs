using System.Globalization;
using System.Management.Automation;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Commands;

/// <summary>Takes a moment: a date, or how long ago it was, as a TimeSpan or <c>2h</c>, <c>90m</c>, <c>3d</c>.</summary>
public sealed class MomentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentTransformationMetadataException">It is neither.</exception>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        switch (inputData is PSObject wrapped ? wrapped.BaseObject : inputData)
        {
            case null:
                return null;
            case DateTimeOffset moment:
                return moment;
            case DateTime date:
                return new DateTimeOffset(date);
            case TimeSpan ago:
                return DateTimeOffset.Now - ago;
            case string text when Ago(text.Trim()) is { } ago:
                return DateTimeOffset.Now - ago;
            case string text when Written(text.Trim()) is { } moment:
                return moment;
            default:
                throw new ArgumentTransformationMetadataException($"'{Printable.Text(Convert.ToString(inputData, CultureInfo.InvariantCulture), 80)}' is no moment; give a date such as '2026-01-31 08:05', or how long ago, such as 2h, 90m or 3d.");
        }
    }

    /// <summary>A date as it is written; without a zone it is this machine's time. Null when the text is none.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It may be two.</exception>
    private static DateTimeOffset? Written(string text)
    {
        var invariant = Read(text, CultureInfo.InvariantCulture);
        // ISO 8601 is the same everywhere; a culture may count years otherwise.
        if (text.Length > 4 && text.Take(4).All(digit => digit is >= '0' and <= '9') && text[4] == '-') return invariant;
        var own = Read(text, CultureInfo.CurrentCulture);
        if (invariant is { } international && own is { } local && international != local)
        {
            throw new ArgumentTransformationMetadataException(FormattableString.Invariant(
                $"'{Printable.Text(text, 80)}' may be two moments: {Iso(local)} as {CultureInfo.CurrentCulture.Name} writes it, or {Iso(international)} as others write it. Give the one you mean as '{Iso(local)}' or '{Iso(international)}'."));
        }
        return own ?? invariant;
    }

    private static DateTimeOffset? Read(string text, CultureInfo culture) => DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeLocal, out var moment) ? moment : null;

    private static string Iso(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>How long ago; null when the text is no such thing.</summary>
    internal static TimeSpan? Ago(string text)
    {
        if (text.Length > 1 && text[text.Length - 1] == 'd' && double.TryParse(text.Substring(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var days) && days < 36500) return TimeSpan.FromDays(days);
        return GoDuration.TryParse(text, out var duration) ? duration : null;
    }
}
