using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ConsulKvTools.HelpBuild.Cmdlets;

/// <summary>The documentation comments of an assembly, as Markdown.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> members;

    private XmlDocs(Dictionary<string, XElement> members) => this.members = members;

    /// <summary>Reads the file beside an assembly; without it every text is empty.</summary>
    public static XmlDocs Beside(string assemblyFile)
    {
        var file = Path.ChangeExtension(assemblyFile, ".xml");
        return new XmlDocs(File.Exists(file) ? XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value) : []);
    }

    /// <summary>A type's text.</summary>
    /// <param name="type">The type.</param>
    /// <param name="part"><c>summary</c> or <c>remarks</c>.</param>
    public string Of(Type type, string part) => Text("T:" + type.FullName, part);

    /// <summary>A property's summary.</summary>
    public string Of(PropertyInfo property) => Text($"P:{property.DeclaringType!.FullName}.{property.Name}", "summary");

    private string Text(string member, string part) =>
        members.TryGetValue(member, out var found) && found.Element(part) is { } text ? Blanks().Replace(string.Concat(text.Nodes().Select(Markdown)), " ").Trim() : "";

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "paramref" or "seealso" } reference =>
            $"`{(reference.Attribute("langword") ?? reference.Attribute("name") ?? reference.Attribute("cref"))?.Value.Split('.', ':')[^1]}`",
        XElement other => string.Concat(other.Nodes().Select(Markdown)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
