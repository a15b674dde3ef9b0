using System.Globalization;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>How much of the last ten seconds work stood still for want of a resource, in percent (Linux 4.20, Documentation/accounting/psi.rst).</summary>
/// <param name="Some">Part of the time in which at least one task waited.</param>
/// <param name="Full">Part of the time in which all of them did; null where the kernel does not say.</param>
internal sealed record PressureStall(double Some, double? Full)
{
    /// <summary>Reads a pressure file; null when there is none.</summary>
    public static PressureStall? Parse(string? text) =>
        Average(text, "some") is { } some ? new PressureStall(some, Average(text, "full")) : null;

    private static double? Average(string? text, string kind)
    {
        const string Name = "avg10=";
        var word = text?.Split('\n').FirstOrDefault(line => line.StartsWith(kind + " ", StringComparison.Ordinal))?
            .Split(' ').FirstOrDefault(part => part.StartsWith(Name, StringComparison.Ordinal));
        return double.TryParse(word?.Substring(Name.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
