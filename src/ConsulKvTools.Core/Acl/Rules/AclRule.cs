using System.Text;

namespace ConsulKvTools.Acl.Rules;

/// <summary>One rule of a policy.</summary>
/// <param name="Stanza">The stanza's name in lower case: <c>key</c>, <c>key_prefix</c>, <c>operator</c>…</param>
/// <param name="Segment">The name it is for; empty for stanzas that name nothing, such as <c>operator</c>.</param>
/// <param name="Policy">The policy word as written; empty when the rule has none.</param>
internal sealed record AclRule(string Stanza, string Segment, string Policy)
{
    private const string PrefixEnding = "_prefix";

    /// <summary>Line of the stanza's name, from 1.</summary>
    public int Line { get; init; }

    /// <summary>Column of the stanza's name, from 1.</summary>
    public int Column { get; init; }

    /// <summary>Where the policy word stands in the text, quotes included; null when there is none.</summary>
    public (int Start, int End)? Word { get; init; }

    /// <summary>True when a Sentinel code policy hangs on the rule (Enterprise): it may deny what the rule allows.</summary>
    public bool HasSentinel { get; init; }

    /// <summary>The namespace or partition stanza around it (Enterprise); null in plain rules. Consul without Enterprise ignores such rules.</summary>
    public string? Scope { get; init; }

    /// <summary>The kind of thing without <c>_prefix</c>: <c>key</c>, <c>session</c>…</summary>
    public string Resource => IsPrefix ? Stanza.Substring(0, Stanza.Length - PrefixEnding.Length) : Stanza;

    /// <summary>True when the segment is the beginning of names, not a whole name.</summary>
    public bool IsPrefix => Stanza.EndsWith(PrefixEnding, StringComparison.Ordinal);

    /// <summary>What it grants; null for a word Consul does not know. Letter case does not count (1.8.7).</summary>
    public AclAccess? Access => Policy.ToLowerInvariant() switch
    {
        "deny" => AclAccess.Deny,
        "read" => AclAccess.Read,
        "list" => AclAccess.List,
        "write" => AclAccess.Write,
        _ => null,
    };

    /// <summary>True when the rule is for <paramref name="name"/>.</summary>
    public bool Covers(string name, StringComparison comparison = StringComparison.Ordinal) =>
        IsPrefix ? name.StartsWith(Segment, comparison) : string.Equals(name, Segment, comparison);

    /// <summary>The rule as one line of HCL.</summary>
    public string ToHcl() => Stanza is "acl" or "operator" or "keyring" or "mesh" or "peering"
        ? $"{Stanza} = {Quote(Policy)}"
        : $"{Stanza} {Quote(Segment)} {{ policy = {Quote(Policy)} }}";

    /// <summary><paramref name="text"/> as an HCL string that Consul reads back unchanged.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            if (letter is '"' or '\\') quoted.Append('\\').Append(letter);
            else if (letter == '\n') quoted.Append("\\n");
            else if (letter == '\t') quoted.Append("\\t");
            // "${" opens an interpolation, in which quotes and escapes mean something else.
            else if (char.IsControl(letter) || (letter == '$' && index + 1 < text.Length && text[index + 1] == '{'))
                quoted.Append("\\u").Append(((int)letter).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            else quoted.Append(letter);
        }
        return quoted.Append('"').ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => ToHcl();
}
