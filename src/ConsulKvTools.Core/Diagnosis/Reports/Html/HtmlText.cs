using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>Builds HTML as a tree, so that whatever comes from outside can only ever be text.</summary>
internal static class HtmlText
{
    private static readonly HashSet<string> WithoutContent = ["meta", "br", "hr"];

    /// <summary>An element; content is text, attributes, elements or lists of them, null is nothing.</summary>
    public static XElement E(string name, params object?[] content) => new(name, content);

    /// <summary>The element's classes.</summary>
    public static XAttribute Class(string names) => new("class", names);

    /// <summary>An attribute.</summary>
    public static XAttribute At(string name, object value) => new(name, Convert.ToString(value, CultureInfo.InvariantCulture)!);

    /// <summary>Text from outside: control characters visible, length bounded.</summary>
    public static string Text(string? text) => Printable.Text(text, ReportWords.LongestValue);

    /// <summary>The class of a status or severity.</summary>
    public static string Tone(DiagnosisTone tone) => tone switch
    {
        DiagnosisTone.Good => "good",
        DiagnosisTone.Warning => "warn",
        DiagnosisTone.Bad => "bad",
        _ => "dim",
    };

    /// <summary>A share of a whole, as SVG and CSS write it.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.###", CultureInfo.InvariantCulture) + "%";

    /// <summary>The whole page.</summary>
    public static string Page(XElement html)
    {
        foreach (var element in html.Descendants())
            // <td/> would be taken for an opening tag.
            if (element.IsEmpty && !WithoutContent.Contains(element.Name.LocalName)) element.Value = "";
        var page = new StringBuilder("<!DOCTYPE html>\n");
        using (var writer = XmlWriter.Create(page, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None, Indent = false }))
            html.Save(writer);
        return page.Append('\n').ToString();
    }
}
