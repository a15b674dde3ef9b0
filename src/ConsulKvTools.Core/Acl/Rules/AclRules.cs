namespace ConsulKvTools.Acl.Rules;

/// <summary>The rules of one policy's text, in HCL or JSON, in the order they are written.</summary>
internal sealed class AclRules
{
    private static readonly HashSet<string> Labelled = new(StringComparer.Ordinal)
    {
        "agent", "event", "identity", "key", "node", "query", "service", "session",
        "agent_prefix", "event_prefix", "identity_prefix", "key_prefix", "node_prefix", "query_prefix", "service_prefix", "session_prefix",
    };

    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal) { "acl", "keyring", "mesh", "operator", "peering" };

    private static readonly HashSet<string> Scopes = new(StringComparer.Ordinal) { "namespace", "namespace_prefix", "partition", "partition_prefix" };

    private readonly List<AclRule> rules = [];
    private readonly List<AclRule> unknown = [];

    private AclRules()
    {
    }

    /// <summary>The rules Consul obeys. Those of Enterprise scopes carry <see cref="AclRule.Scope"/>.</summary>
    public IReadOnlyList<AclRule> Rules => rules;

    /// <summary>Stanzas whose name Consul does not know and therefore ignores without a word, such as <c>keyprefix</c>.</summary>
    public IReadOnlyList<AclRule> Unknown => unknown;

    /// <summary>Reads a policy's text. Names of stanzas count in any letter case, as Consul takes them.</summary>
    /// <exception cref="AclSyntaxException">It is neither HCL nor JSON; says where and what would be right.</exception>
    public static AclRules Parse(string text)
    {
        var tree = text.TrimStart().StartsWith("{", StringComparison.Ordinal) ? JsonRules.Parse(text) : HclParser.Parse(text);
        var read = new AclRules();
        read.Read(tree, scope: null);
        return read;
    }

    /// <summary>Reads the rules of a token from before 1.4, in which <c>key</c> means what <c>key_prefix</c> means today.</summary>
    /// <exception cref="AclSyntaxException">It is neither HCL nor JSON.</exception>
    public static AclRules ParseLegacy(string text)
    {
        var current = Parse(text);
        var legacy = new AclRules();
        legacy.rules.AddRange(current.rules.Select(rule => Plain.Contains(rule.Stanza) ? rule : rule with { Stanza = rule.Resource + "_prefix" }));
        legacy.unknown.AddRange(current.unknown);
        return legacy;
    }

    private void Read(HclObject body, string? scope)
    {
        foreach (var item in body.Items)
        {
            var name = item.Keys[0].Text.ToLowerInvariant();
            var labels = item.Keys.Skip(1).Select(key => key.Text).ToArray();
            if (Plain.Contains(name)) rules.Add(At(item.Keys[0], name, "", item.Value as HclLiteral, scope, false));
            else if (Labelled.Contains(name)) ReadLabelled(item.Keys[0], name, labels, item.Value, scope, rules);
            else if (Scopes.Contains(name)) ReadScope(name, labels, item.Value, scope);
            else if (name is not ("id" or "revision"))
            {
                var before = unknown.Count;
                ReadLabelled(item.Keys[0], name, labels, item.Value, scope, unknown);
                if (unknown.Count == before) unknown.Add(At(item.Keys[0], name, "", item.Value as HclLiteral, scope, false));
            }
        }
    }

    /// <summary>Labels may stand beside the stanza's name or be names inside it, which is how JSON writes them.</summary>
    private static void ReadLabelled(HclKey stanza, string name, string[] labels, HclValue value, string? scope, List<AclRule> into)
    {
        switch (value)
        {
            case HclList list:
                foreach (var element in list.Elements) ReadLabelled(stanza, name, labels, element, scope, into);
                break;
            case HclObject body when labels.Length == 0:
                foreach (var item in body.Items)
                {
                    // A "policy" without a label around it is taken as a label of that name (1.8.7).
                    if (item.Value is HclLiteral word) into.Add(At(item.Keys[0], name, item.Keys[0].Text, word, scope, false));
                    else ReadLabelled(item.Keys[0], name, [.. item.Keys.Select(key => key.Text)], item.Value, scope, into);
                }
                break;
            case HclObject body:
                // Of several the last one counts.
                var policy = labels.Length > 1 ? null : body.Items.LastOrDefault(item => IsNamed(item, "policy") && item.Value is HclLiteral);
                into.Add(At(stanza, name, labels[0], policy?.Value as HclLiteral, scope, body.Items.Any(item => IsNamed(item, "sentinel"))));
                break;
        }
    }

    private void ReadScope(string name, string[] labels, HclValue value, string? outer)
    {
        switch (value)
        {
            case HclList list:
                foreach (var element in list.Elements) ReadScope(name, labels, element, outer);
                break;
            case HclObject body when labels.Length == 0:
                foreach (var item in body.Items) ReadScope(name, [.. item.Keys.Select(key => key.Text)], item.Value, outer);
                break;
            case HclObject body:
                var scope = $"{name} {AclRule.Quote(labels[0])}";
                Read(body, outer is null ? scope : $"{outer} {scope}");
                break;
        }
    }

    private static bool IsNamed(HclItem item, string name) => string.Equals(item.Keys[0].Text, name, StringComparison.OrdinalIgnoreCase);

    private static AclRule At(HclKey place, string name, string segment, HclLiteral? policy, string? scope, bool sentinel) =>
        new(name, segment, policy?.Text ?? "")
        {
            Line = place.Line, Column = place.Column, Scope = scope, HasSentinel = sentinel, Word = policy is { End: > 0 } ? (policy.Start, policy.End) : null,
        };
}
