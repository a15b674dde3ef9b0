namespace ConsulKvTools.Kv.Trees;

/// <summary>What an object is when a tree of keys is made of it.</summary>
internal enum KvNodeKind
{
    /// <summary>Nothing.</summary>
    Null,

    /// <summary>A text; in JSON it stands in quotes.</summary>
    Text,

    /// <summary>A number or truth value: its text, in JSON without quotes.</summary>
    Literal,

    /// <summary>Bytes, which are stored as they are.</summary>
    Bytes,

    /// <summary>Names, each with an object.</summary>
    Table,

    /// <summary>Objects without names.</summary>
    List,

    /// <summary>Anything else: what would be stored of it nobody can say.</summary>
    Foreign,
}
