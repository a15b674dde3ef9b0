using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl;

/// <summary>
/// Why a token may not do something, when its rules may not be read: worked out from what Consul's authorizer says to keys round
/// about. Names a cause only when no other rule set could have given these answers.
/// </summary>
internal sealed class AclInference
{
    // No rule is written for such a name, so an answer for it is the answer of the prefix before it.
    private const string Nobody = "consulkvtools-asks-for-nobody";

    private const int LongestWalk = 200;

    private readonly AclCase denied;
    private readonly string access;
    private readonly List<AclQuestion> questions = [];
    private readonly Dictionary<(string Access, string Segment), bool> answers = new();

    private AclInference(AclCase denied)
    {
        this.denied = denied;
        access = AclEvaluator.Needed(denied.Operation).ToString().ToLowerInvariant();
    }

    private string Key => denied.Key;

    /// <summary>The finding that can be proven; null when none can.</summary>
    public static async Task<ConsulFinding?> FindAsync(AclClient client, AclCase denied, bool allowedWithoutToken, CancellationToken cancellation)
    {
        if (denied.Operation == AclOperation.List && denied.MayRead) return denied.Because("Acl.KeyListPolicy");
        if (allowedWithoutToken) return denied.Because("Acl.DefaultAllowExplicitDeny");
        var inference = new AclInference(denied);
        inference.Collect();
        var said = await client.TryAskAsync(inference.questions, cancellation).ConfigureAwait(false);
        if (said is null) return null;
        for (var index = 0; index < said.Count; index++) inference.answers[(inference.questions[index].Access, inference.questions[index].Segment)] = said[index];
        return inference.Conclude();
    }

    private void Collect()
    {
        foreach (var end in Walk()) Ask(access, Key.Substring(0, end) + Nobody);
        foreach (var variant in CaseVariants()) Ask(access, variant);
        foreach (var ancestor in Ancestors()) Ask(access, ancestor);
        foreach (var star in Stars()) Ask(access, star);
        Ask(access, "/" + Key);
        Ask(access, Below);
        Ask(access, Key);
        if (denied.MayRead)
            foreach (var end in Walk()) Ask("read", Key.Substring(0, end) + Nobody);
    }

    private ConsulFinding? Conclude()
    {
        if (denied.Operation == AclOperation.DeleteRecurse && (Yes(Key) || Yes(Below) || Yes(Key + Nobody)))
            return denied.BecauseOf("Acl.RecurseDeleteNeedsWholePrefix", "(not visible)", null);
        var level = denied.MayList ? "list" : denied.MayRead ? "read" : "deny";
        var ends = Walk();
        var last = ends.FindLastIndex(end => Yes(Key.Substring(0, end) + Nobody));
        // A name that goes on from the key may be written, so only a rule for exactly this key can forbid it.
        if (last >= 0 && ends[last] == Key.Length) return denied.Because("Acl.ExactOverridesPrefix", new AclRule("key", Key, level), null);
        if (last >= 0) return denied.BecauseOf("Acl.LongestPrefixDeny", RuleFrom(ends, last, level), null);
        if (denied.MayRead && access == "write") return denied.BecauseOf(denied.MayList ? "Acl.ListOnly" : "Acl.ReadOnly", ReadRule(ends, level), null);
        if (Yes("/" + Key)) return denied.BecauseOf("Acl.LeadingSlashRule", $"for {AclRule.Quote("/" + Key)}", null);
        if (Stars().FirstOrDefault(Yes) is { } star) return denied.Because("Acl.GlobRule", new AclRule("key", star, access), null);
        if (CaseVariants().FirstOrDefault(Yes) is { } variant) return denied.BecauseOf("Acl.CaseMismatch", $"for {AclRule.Quote(variant)}", null);
        if (Ancestors().FirstOrDefault(Yes) is { } ancestor) return denied.Because("Acl.ExactKeyVsPrefix", new AclRule("key", ancestor, access), null);
        return Yes(Below) ? denied.Because("Acl.PrefixWithSlash", new AclRule("key_prefix", Key + "/", access), null) : null;
    }

    /// <summary>The rule that begins where the answers turn; only known to the letter when every letter was asked about.</summary>
    private string RuleFrom(List<int> ends, int last, string level) => ends[last + 1] == ends[last] + 1
        ? new AclRule("key_prefix", Key.Substring(0, ends[last + 1]), level).ToHcl()
        : $"beginning with {AclRule.Quote(Key.Substring(0, ends[last + 1]))}";

    private string ReadRule(List<int> ends, string level)
    {
        if (!answers[("read", Key + Nobody)]) return new AclRule("key", Key, level).ToHcl();
        var hidden = ends.FindLastIndex(end => !answers[("read", Key.Substring(0, end) + Nobody)]);
        return hidden < 0 ? new AclRule("key_prefix", "", level).ToHcl() : RuleFrom(ends, hidden, level);
    }

    private string Below => Key.TrimEnd('/') + "/" + Nobody;

    private bool Yes(string segment) => answers.TryGetValue((access, segment), out var allowed) && allowed;

    private void Ask(string right, string segment)
    {
        if (!questions.Exists(asked => asked.Access == right && asked.Segment == segment)) questions.Add(new AclQuestion("key", right, segment));
    }

    /// <summary>Every beginning of the key, by length; of a long one only those at a slash.</summary>
    private List<int> Walk()
    {
        var ends = new List<int>();
        for (var end = 0; end <= Key.Length; end++)
        {
            if (end > 0 && end < Key.Length && char.IsLowSurrogate(Key[end])) continue;
            if (Key.Length <= LongestWalk || end is 0 || end == Key.Length || Key[end - 1] == '/') ends.Add(end);
        }
        return ends.Count <= LongestWalk + 1 ? ends : [.. ends.Take(LongestWalk), Key.Length];
    }

    /// <summary>The keys above: <c>a</c>, <c>a/</c>, <c>a/b</c>… the longest first.</summary>
    private IEnumerable<string> Ancestors()
    {
        var count = 0;
        for (var slash = Key.TrimEnd('/').LastIndexOf('/'); slash > 0 && count++ < 20; slash = Key.LastIndexOf('/', slash - 1))
        {
            yield return Key.Substring(0, slash + 1);
            yield return Key.Substring(0, slash);
        }
    }

    /// <summary>What somebody might have written who thinks that a star stands for anything.</summary>
    private IEnumerable<string> Stars()
    {
        yield return "*";
        foreach (var ancestor in Ancestors())
            yield return ancestor + "*";
    }

    private IEnumerable<string> CaseVariants()
    {
        var parts = Key.Split('/');
        var all = new List<string> { Key.ToLowerInvariant(), Key.ToUpperInvariant(), string.Join("/", parts.Select(Capital)), string.Join("/", parts.Select(Uncapital)) };
        for (var index = 0; index < parts.Length && index < 8; index++)
        {
            foreach (var change in new Func<string, string>[] { part => part.ToLowerInvariant(), part => part.ToUpperInvariant(), Capital, Uncapital })
            {
                var changed = (string[])parts.Clone();
                changed[index] = change(parts[index]);
                all.Add(string.Join("/", changed));
            }
        }
        return all.Where(variant => variant != Key).Distinct(StringComparer.Ordinal);
    }

    private static string Capital(string part) => part.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part.Substring(1).ToLowerInvariant();

    private static string Uncapital(string part) => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part.Substring(1);
}
