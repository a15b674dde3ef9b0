using System.ComponentModel;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Makes our objects again of what Import-Clixml, a job or ConvertFrom-Json has left of them. PowerShell asks it wherever a command wants such an object.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SerializedTypeConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        // Any object made of members: PowerShell's own conversion would make one with half of them, and no word about the rest.
        sourceValue is PSObject { BaseObject: PSCustomObject } && SerializedTypes.Contains(destinationType);

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Revival.Of((PSObject)sourceValue, destinationType);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) => throw new NotSupportedException();
}
