using System.Collections.Specialized;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ConsulKvTools.Yaml;

/// <summary>Writes nested tables of texts and bytes. What any reader would take for something else than a text stands in quotes; bytes are <c>!!binary</c>.</summary>
public static class YamlWriter
{
    // Begins with a letter or slash, and holds nothing that means anything in YAML 1.1 or 1.2.
    private static readonly Regex Plain = new(@"^[A-Za-z/][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*( [A-Za-z0-9_./@+-]+)*$", RegexOptions.CultureInvariant);
    private static readonly HashSet<string> Words = new(["true", "false", "yes", "no", "on", "off", "y", "n", "null"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes a document.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="table">Texts, byte arrays and tables, by name.</param>
    public static void Write(TextWriter text, OrderedDictionary table)
    {
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, newLine: "\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Table(emitter, table);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Table(Emitter emitter, OrderedDictionary table)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, table.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
        foreach (System.Collections.DictionaryEntry member in table)
        {
            Text(emitter, (string)member.Key, isName: true);
            switch (member.Value)
            {
                case OrderedDictionary below: Table(emitter, below); break;
                case byte[] bytes: emitter.Emit(new Scalar(AnchorName.Empty, "tag:yaml.org,2002:binary", Convert.ToBase64String(bytes), ScalarStyle.Plain, isPlainImplicit: false, isQuotedImplicit: false)); break;
                default: Text(emitter, (string)member.Value!, isName: false); break;
            }
        }
        emitter.Emit(new MappingEnd());
    }

    private static void Text(Emitter emitter, string text, bool isName) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, StyleOf(text, isName), isPlainImplicit: true, isQuotedImplicit: true));

    private static ScalarStyle StyleOf(string text, bool isName)
    {
        if (Plain.IsMatch(text) && !text.EndsWith("\n", StringComparison.Ordinal) && !Words.Contains(text)) return ScalarStyle.Plain;
        if (!isName && IsBlock(text)) return ScalarStyle.Literal;
        foreach (var letter in text)
            if (letter is < ' ' or > '~') return ScalarStyle.DoubleQuoted;
        return ScalarStyle.SingleQuoted;
    }

    /// <summary>Several lines that a block shows as they are: printable ASCII, no blank where it would be lost or mistaken for indentation.</summary>
    private static bool IsBlock(string text)
    {
        if (text.IndexOf('\n') < 0) return false;
        var lines = text.Split('\n');
        if (lines[0].Length == 0 || lines[0][0] == ' ') return false;
        foreach (var line in lines)
        {
            if (line.Length > 0 && line[line.Length - 1] == ' ') return false;
            foreach (var letter in line)
                if (letter is < ' ' or > '~') return false;
        }
        return true;
    }
}
