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
            // What stands in a log, or what the user's own culture writes; without a zone it is this machine's time.
            case string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment) || DateTimeOffset.TryParse(text, CultureInfo.CurrentCulture, DateTimeStyles.AssumeLocal, out moment):
                return moment;
            default:
                throw new ArgumentTransformationMetadataException($"'{Printable.Text(Convert.ToString(inputData, CultureInfo.InvariantCulture), 80)}' is no moment; give a date such as '2026-01-31 08:05', or how long ago, such as 2h, 90m or 3d.");
        }
    }

    /// <summary>How long ago; null when the text is no such thing.</summary>
    internal static TimeSpan? Ago(string text)
    {
        if (text.Length > 1 && text[text.Length - 1] == 'd' && double.TryParse(text.Substring(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var days) && days < 36500) return TimeSpan.FromDays(days);
        return GoDuration.TryParse(text, out var duration) ? duration : null;
    }
}
