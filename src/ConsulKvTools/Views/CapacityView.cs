using System.ComponentModel;
using System.Globalization;
using System.Management.Automation.Host;
using ConsulKvTools.Capacity;
using ConsulKvTools.Diagnosis.Host;

namespace ConsulKvTools;

/// <summary>What the views of measurements call. For views only; the objects themselves keep typed values.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CapacityView
{
    private const int WidestText = 120;

    /// <summary>A measurement at a glance.</summary>
    public static string Measurement(ConsulKvMeasurement measured, PSHost? host) =>
        MeasurementText.Of(measured, Math.Min(WidestText, (ViewWidth.Of(host) ?? WidestText) - 1), View.CanShow("✓✗…▁█")).TrimEnd('\n').Replace("\n", Environment.NewLine);

    /// <summary>Bytes with their unit; empty for none.</summary>
    public static string Size(long? bytes) => bytes switch
    {
        null => "",
        < 0 => "-" + ByteText.Of(-bytes.Value),
        { } known => ByteText.Of(known),
    };

    /// <summary>A number with its thousands, a broken one with three digits behind the point; empty for none.</summary>
    public static string Number(object? number) => number is null ? "" : string.Format(CultureInfo.InvariantCulture, number is double ? "{0:#,0.###}" : "{0:N0}", number);

    /// <summary>A share of a whole; empty for none.</summary>
    public static string Share(double? share) => MeasurementWords.Share(share);

    /// <summary>What is used of a limit.</summary>
    public static string Used(ConsulKvLimitUse use) => MeasurementWords.Size(use, use.Used);

    /// <summary>A limit; <c>none</c> where there is none.</summary>
    public static string Maximum(ConsulKvLimitUse use) => use.Maximum is { } limit ? MeasurementWords.Size(use, limit) : "none";

    /// <summary>A day, or a moment of it; empty for none.</summary>
    public static string Day(object? moment) => View.Moment(moment);
}
