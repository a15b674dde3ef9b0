using System.Globalization;
using System.Management.Automation;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Commands;

/// <summary>Lets a TimeSpan parameter take Go's form too, and refuses a number without a unit, which PowerShell would take for 100 ns each.</summary>
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (given is TimeSpan span) return NotNegative(span, given);
        // 3s at a PowerShell 7 prompt is a number of type Int16; only the conversion to text still knows how it was written.
        var text = (string)LanguagePrimitives.ConvertTo(inputData, typeof(string), CultureInfo.InvariantCulture) ?? "";
        if (GoDuration.TryParse(text, out var duration)) return NotNegative(duration, given);
        if (text.IndexOf(':') >= 0 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration)) return NotNegative(duration, given);
        var hint = given is short ? " In a script PowerShell reads 3s as a number of 16 bits: put it in quotes." : "";
        throw new ArgumentTransformationMetadataException(
            $"'{Printable.Text(text, 60)}' is not a duration. Give a number with its unit, such as 500ms, 3s, 1m30s or 2h, or a TimeSpan such as 00:00:03.{hint}");
    }

    private static object NotNegative(TimeSpan duration, object given) =>
        duration >= TimeSpan.Zero
            ? duration
            : throw new ArgumentTransformationMetadataException($"'{given}' is negative. Give a duration such as 500ms, 3s or 1m30s.");
}
