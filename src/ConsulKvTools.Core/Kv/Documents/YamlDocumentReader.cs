using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Kv.Trees;
using ConsulKvTools.Yaml;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// Reads nested mappings as keys. A scalar is its text as it is written (<c>0010</c> stays <c>0010</c>), a list is one key with JSON text, as for
/// <c>Set-ConsulKv -Prefix</c>; null, aliases and tags of other makers are refused.
/// </summary>
/// <param name="name">What a person would call the document.</param>
/// <param name="open">Opens it.</param>
internal sealed class YamlDocumentReader(string name, Func<Stream> open) : KvDocumentReader(name)
{
    private const string Core = "tag:yaml.org,2002:";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly Regex Number = new(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation)
    {
        var items = new List<KvDocumentItem>();
        if (Root() is { } root)
        {
            CheckTags("", root);
            if (root.Kind != YamlNodeKind.Mapping) throw Malformed(root, "the top is no mapping; write name: value");
            Table("", root, items);
        }
        yield return items;
    }

    private YamlNode? Root()
    {
        using var stream = open();
        using var text = new StreamReader(stream, Strict, detectEncodingFromByteOrderMarks: true);
        try
        {
            return YamlReader.Read(text);
        }
        catch (YamlSyntaxException broken)
        {
            throw DocumentFault.Malformed(Name, $"line {broken.Line}", Printable.Text(broken.Message, 300).TrimEnd('.'), broken);
        }
        catch (DecoderFallbackException error)
        {
            throw DocumentFault.Malformed(Name, "somewhere in it", "there are bytes that are no UTF-8; write bytes as !!binary", error);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(Name, error);
        }
    }

    /// <summary>What a tag of another maker means is not known here, be it of a text, a list or a mapping.</summary>
    private void CheckTags(string path, YamlNode node)
    {
        var isKnown = node.Tag is "" or "!" || node.Kind switch
        {
            YamlNodeKind.Mapping => node.Tag is Core + "map",
            YamlNodeKind.Sequence => node.Tag is Core + "seq",
            _ => node.Tag is Core + "binary" or Core + "str" or Core + "int" or Core + "float" or Core + "bool",
        };
        if (!isKnown) throw Malformed(node, $"{(path.Length == 0 ? "the top" : Printable.Text(path, 120))} has the tag {Printable.Text(node.Tag, 60)}, which is not known here; only !!binary and the usual ones are");
        foreach (var member in node.Members) CheckTags(path.Length == 0 ? member.Key : path + "/" + member.Key, member.Value);
        foreach (var item in node.Items) CheckTags(path, item);
    }

    private void Table(string folder, YamlNode table, List<KvDocumentItem> items)
    {
        foreach (var member in table.Members)
        {
            var (name, node) = (member.Key, member.Value);
            var shown = Printable.Text(folder + name, 120);
            if (name.Length == 0) throw Malformed(node, $"a name below {(folder.Length == 0 ? "the top" : Printable.Text(folder, 120))} is empty");
            if (name is KvTreeNames.Itself or KvTreeNames.Folder)
            {
                if (folder.Length == 0) throw Malformed(node, $"'{name}' stands for a mapping's own key, which the top does not have");
                if (node.Kind == YamlNodeKind.Mapping) throw Malformed(node, $"'{name}' stands for the key {Printable.Text(folder, 120)} itself, so it cannot be a mapping");
                items.Add(Leaf(name == KvTreeNames.Folder ? folder : folder.Substring(0, folder.Length - 1), node));
            }
            else if (name.IndexOf('/') >= 0) throw Malformed(node, $"the name '{shown}' holds a slash; nest mappings instead");
            else if (node.Kind == YamlNodeKind.Mapping) Table(folder + name + "/", node, items);
            else items.Add(Leaf(folder + name, node));
        }
    }

    private KvDocumentItem Leaf(string key, YamlNode node)
    {
        if (KvKey.HasLoneSurrogate(key)) throw Malformed(node, $"the key {Printable.Text(key, 120)} holds half of a surrogate pair");
        return new KvDocumentItem(new ConsulKvEntry { Key = key, Bytes = BytesOf(key, node) }, node.Line);
    }

    private byte[] BytesOf(string key, YamlNode node)
    {
        var shown = Printable.Text(key, 120);
        if (node.Kind == YamlNodeKind.Sequence)
        {
            var json = new KvListJson(Look);
            json.Write(Look(node));
            return json.Problem is null ? json.ToArray() : throw Malformed(node, $"{shown} {json.Problem}");
        }
        if (node.Tag == Core + "binary")
        {
            try
            {
                return Convert.FromBase64String(node.Text);
            }
            catch (FormatException error)
            {
                throw DocumentFault.Malformed(Name, $"line {node.Line}", $"{shown} is !!binary, but its value is not base64", error);
            }
        }
        if (IsNull(node)) throw Malformed(node, $"{shown} is null; write '' for an empty value, or leave it out");
        return KvKey.HasLoneSurrogate(node.Text) ? throw Malformed(node, $"{shown} holds half of a surrogate pair, which UTF-8 cannot carry; write it as !!binary") : Encoding.UTF8.GetBytes(node.Text);
    }

    private static KvNode Look(object? value)
    {
        if (value is not YamlNode node) return KvNode.Of(value);
        return node.Kind switch
        {
            YamlNodeKind.Mapping => KvNode.OfTable(node.Members.Select(member => new KeyValuePair<string, object?>(member.Key, member.Value)), node),
            YamlNodeKind.Sequence => KvNode.Of(node.Items),
            _ when node.Tag == Core + "binary" => KvNode.Of(Array.Empty<byte>()),
            _ when IsNull(node) => KvNode.Of(null),
            _ when node.IsPlain && node.Text is "true" or "false" => KvNode.Of(node.Text == "true"),
            _ when node.IsPlain && Number.IsMatch(node.Text) => KvNode.OfLiteral(node.Text),
            _ => KvNode.Of(node.Text),
        };
    }

    private static bool IsNull(YamlNode node) => node.IsPlain && node.Text is "" or "~" or "null" or "Null" or "NULL";

    private ConsulException Malformed(YamlNode node, string problem) => DocumentFault.Malformed(Name, $"line {node.Line}", problem);
}
