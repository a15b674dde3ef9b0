using System.Globalization;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Reads a whole number and names a value that is none. PowerShell's own message speaks of Int32, rounds 1.5 to 2 and takes nothing for 0.</summary>
/// <param name="meaning">What the number is and which are allowed, in words.</param>
public sealed class WholeNumberAttribute(string meaning) : ArgumentTransformationAttribute
{
    /// <summary>What the number is.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>True where it may be larger than an int.</summary>
    public bool IsLong { get; set; }

    /// <summary>True where null stands for not given.</summary>
    public bool TakesNull { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if ((given is int && !IsLong) || (given is null && TakesNull)) return given;
        var text = Convert.ToString(given, CultureInfo.InvariantCulture) ?? "";
        if (IsLong && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)) return large;
        return !IsLong && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentTransformationMetadataException($"'{Printable.Text(text, 60)}' is not {Meaning}.");
    }
}
