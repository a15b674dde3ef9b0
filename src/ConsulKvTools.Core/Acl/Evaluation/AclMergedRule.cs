using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl.Evaluation;

/// <summary>A rule together with the policy it stands in.</summary>
internal readonly record struct AclSourcedRule(AclPolicy Policy, AclRule Rule);

/// <summary>What the rules of all policies for one segment amount to.</summary>
internal sealed class AclMergedRule(AclSourcedRule first)
{
    private readonly List<AclSourcedRule> all = [first];

    /// <summary>The rule that counts.</summary>
    public AclSourcedRule Deciding { get; private set; } = first;

    /// <summary>Every rule for this segment, the deciding one included.</summary>
    public IReadOnlyList<AclSourcedRule> All => all;

    /// <summary>What is granted.</summary>
    public AclAccess Access => Deciding.Rule.Access!.Value;

    /// <summary>The name or prefix it is for.</summary>
    public string Segment => Deciding.Rule.Segment;

    /// <summary>Merges another rule for the same segment: deny beats write, write beats list, list beats read (acl/policy_merger.go).</summary>
    public void Add(AclSourcedRule rule)
    {
        all.Add(rule);
        if (rule.Policy == Deciding.Policy && ReferenceEquals(rule.Rule, Deciding.Rule)) return;
        if (Precedence(rule.Rule.Policy) is > 0 and var rank && rank >= Precedence(Deciding.Rule.Policy)) Deciding = rule;
    }

    // Merging compares the words exactly, though enforcing takes them in any letter case.
    private static int Precedence(string policy) => policy switch { "deny" => 4, "write" => 3, "list" => 2, "read" => 1, _ => 0 };
}
