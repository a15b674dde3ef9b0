using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ConsulKvTools.Yaml;

/// <summary>Reads one document. Aliases and merges are refused rather than followed: a short text could become gigabytes.</summary>
public static class YamlReader
{
    private const int Deepest = 100;

    /// <summary>The document's node; null when the text has none.</summary>
    /// <exception cref="YamlSyntaxException">It is no YAML, has several documents, or something that is not read.</exception>
    public static YamlNode? Read(TextReader text)
    {
        var parser = new Parser(text);
        try
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _)) return null;
            parser.Consume<DocumentStart>();
            var node = Node(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _)) throw new YamlSyntaxException(LineOf(parser), "a second document begins; give each its own file");
            return node;
        }
        catch (YamlException broken)
        {
            throw new YamlSyntaxException((int)broken.Start.Line, broken.InnerException?.Message ?? broken.Message, broken);
        }
    }

    private static YamlNode Node(IParser parser, int depth)
    {
        var line = LineOf(parser);
        if (depth > Deepest) throw new YamlSyntaxException(line, $"it is deeper than {Deepest} levels");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlNode { Kind = YamlNodeKind.Scalar, Text = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty, Tag = Tag(scalar), Line = line };
        if (parser.TryConsume<SequenceStart>(out var list))
        {
            var node = new YamlNode { Kind = YamlNodeKind.Sequence, Tag = Tag(list), Line = line };
            while (!parser.TryConsume<SequenceEnd>(out _)) node.Items.Add(Node(parser, depth + 1));
            return node;
        }
        if (parser.TryConsume<MappingStart>(out var table))
        {
            var node = new YamlNode { Kind = YamlNodeKind.Mapping, Tag = Tag(table), Line = line };
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var at = LineOf(parser);
                if (!parser.TryConsume<Scalar>(out var name)) throw new YamlSyntaxException(at, "a name is a list, a mapping or an alias; give a text");
                if (name.Style == ScalarStyle.Plain && name.Value == "<<") throw new YamlSyntaxException(at, "merges (<<) are not followed; write the members out");
                if (Tag(name) is not ("" or "!" or "tag:yaml.org,2002:str")) throw new YamlSyntaxException(at, $"the name '{name.Value}' has the tag {name.Tag.Value}; a name is a text without one");
                if (!names.Add(name.Value)) throw new YamlSyntaxException(at, $"the name '{name.Value}' stands twice in its mapping");
                node.Members.Add(new KeyValuePair<string, YamlNode>(name.Value, Node(parser, depth + 1)));
            }
            return node;
        }
        throw new YamlSyntaxException(line, parser.Accept<AnchorAlias>(out _) ? "aliases (*) are not followed; write the value out" : "something else than a value stands here");
    }

    private static string Tag(NodeEvent node) => node.Tag.IsEmpty ? "" : node.Tag.Value;

    private static int LineOf(IParser parser) => (int)(parser.Current?.Start.Line ?? 0);
}
