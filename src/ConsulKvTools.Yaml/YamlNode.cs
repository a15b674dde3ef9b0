namespace ConsulKvTools.Yaml;

/// <summary>A part of a document, and where it stands.</summary>
public sealed class YamlNode
{
    /// <summary>What it is.</summary>
    public required YamlNodeKind Kind { get; init; }

    /// <summary>The text of a scalar, escapes resolved; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>True for a scalar without quotes, of which readers may make a number, a truth value or null.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Its tag, such as <c>tag:yaml.org,2002:binary</c>; empty without.</summary>
    public string Tag { get; init; } = "";

    /// <summary>The line it begins in, from 1.</summary>
    public int Line { get; init; }

    /// <summary>The members of a mapping, in order; names are unique.</summary>
    public List<KeyValuePair<string, YamlNode>> Members { get; } = [];

    /// <summary>The items of a sequence.</summary>
    public List<YamlNode> Items { get; } = [];
}
