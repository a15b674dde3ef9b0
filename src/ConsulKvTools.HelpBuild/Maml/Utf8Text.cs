using System.Globalization;
using System.Text;

namespace ConsulKvTools.HelpBuild.Maml;

/// <summary>A text that an XML declaration calls utf-8, since that is how it is saved.</summary>
internal sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
{
    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;
}
