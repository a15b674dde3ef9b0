namespace ConsulKvTools.Acl.Rules;

/// <summary>A name or quoted label, with its place in the text.</summary>
internal readonly record struct HclKey(string Text, int Line, int Column);

/// <summary>One item of an object: names and labels, then a value.</summary>
internal sealed record HclItem(IReadOnlyList<HclKey> Keys, HclValue Value);

/// <summary>What an item holds. HCL and its JSON form make the same tree.</summary>
internal abstract record HclValue;

/// <summary>A string, number or truth value, as text.</summary>
internal sealed record HclLiteral(string Text, bool IsString) : HclValue
{
    /// <summary>Where it stands in the text, quotes included: its first character.</summary>
    public int Start { get; init; }

    /// <summary>The character after it.</summary>
    public int End { get; init; }
}

/// <summary>A list.</summary>
internal sealed record HclList(IReadOnlyList<HclValue> Elements) : HclValue;

/// <summary>An object; a name may come more than once.</summary>
internal sealed record HclObject(IReadOnlyList<HclItem> Items) : HclValue;
