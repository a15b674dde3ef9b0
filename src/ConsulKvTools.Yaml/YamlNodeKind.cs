namespace ConsulKvTools.Yaml;

/// <summary>What a node is.</summary>
public enum YamlNodeKind
{
    /// <summary>A text.</summary>
    Scalar,

    /// <summary>Names, each with a node.</summary>
    Mapping,

    /// <summary>Nodes without names.</summary>
    Sequence,
}
