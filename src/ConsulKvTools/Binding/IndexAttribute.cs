using System.Globalization;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Reads a whole number from 0 to 18446744073709551615, and names a value that is none. PowerShell's own message speaks of UInt64.</summary>
/// <param name="meaning">What the number is, in words, with the place to take it from.</param>
public sealed class IndexAttribute(string meaning) : ArgumentTransformationAttribute
{
    /// <summary>What the number is.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>True where a script block may compute the number for each input.</summary>
    public bool TakesScript { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        // What a script block says is not known before there is an input.
        TakesScript && (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is ScriptBlock script ? script : Read(inputData, Meaning);

    /// <summary>The number that was given.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It is none.</exception>
    internal static ulong Read(object inputData, string meaning)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (given is ulong number) return number;
        var text = Convert.ToString(given, CultureInfo.InvariantCulture) ?? "";
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? number
            : throw new ArgumentTransformationMetadataException($"'{Printable.Text(text, 60)}' is not {meaning}.");
    }
}
