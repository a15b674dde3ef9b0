using ConsulKvTools.Acl;
using ConsulKvTools.Acl.Rules;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Kv;

/// <summary>
/// Tells whether a listing that says nothing of hidden keys has all of them. Agents from 1.11 on say when they left out what the token may not read, to those who
/// send one; those before leave it out without a word.
/// </summary>
/// <param name="session">Whose token reads.</param>
internal sealed class KvVisibility(ConsulKvSession session)
{
    // Sent with every answer from 1.9 on, and by none before.
    private const string SentByNewerAgents = "X-Consul-Default-ACL-Policy";

    private const int LongestRule = 4000;

    private static readonly Version FirstToSay = new(1, 11);

    /// <summary>That a listing leaves out keys, with the rule that lets the token see them.</summary>
    /// <param name="session">Whose token reads.</param>
    /// <param name="prefix">What was listed; empty for the whole store.</param>
    /// <param name="evidence">More of what was seen.</param>
    public static ConsulFinding Filtered(ConsulKvSession session, string prefix, params (string Name, object? Value)[] evidence)
    {
        var rule = new AclRule("key_prefix", prefix, "read").ToHcl();
        var finding = ConsulFinding.Create("Acl.ReadFiltered", [("prefix", Printable.Text(prefix)), ("key", Printable.Text(prefix)), ("address", session.Address), ("suggestedRule", Printable.Text(rule)), .. evidence]);
        return finding with
        {
            Title = prefix.Length == 0 ? finding.Title.Replace("<prefix>", "the whole store") : finding.Title,
            // A rule has quotes, which no place of a command takes; without those of a shell's it may stand there.
            Command = AclGrant.Say(RulesOnOneLine.Of(rule)) is var said && said.Length < LongestRule ? finding.Command?.Replace("echo '<suggestedRule>'", said) : finding.Command,
        };
    }

    /// <summary>
    /// Why a listing of which Consul says nothing may lack keys: before 1.11 it never says so, and the token may not read all that is below the prefix. Null when that is not so,
    /// or cannot be known.
    /// </summary>
    /// <param name="prefix">What was listed; empty for the whole store.</param>
    /// <param name="what">What is made of the listing, as a word that is noun and verb: <c>export</c>, <c>search</c>.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<ConsulFinding?> MayHideAsync(string prefix, string what, CancellationToken cancellation)
    {
        if (!await new KvReader(session).MayNotListAsync(prefix, cancellation).ConfigureAwait(false)) return null;
        if (await WouldSayAsync(cancellation).ConfigureAwait(false)) return null;
        return Filtered(session, prefix) with
        {
            Title = $"The {what} may lack keys: the token has no rule that lets it read all of {(prefix.Length == 0 ? "the whole store" : Printable.Text(prefix, 200))}",
            Cause = "Consul leaves keys out of a list instead of denying it, and before 1.11 does not say so. What the token may read is there; whether there is more cannot be seen with it.",
            Remedy = $"Use a token that may read the whole prefix, or {what} just the prefixes that this one is for.",
        };
    }

    /// <summary>True when all below a prefix is seen; false when that cannot be told.</summary>
    public async Task<bool> IsWholeAsync(string prefix, CancellationToken cancellation)
    {
        try
        {
            // Who may write all of it may read all of it; Consul answers no such question about reading.
            var answer = await AclAuthorizer.AskAsync(session, [new AclQuestion("key", "write-prefix", prefix)], cancellation).ConfigureAwait(false);
            if (answer is [true]) return true;
            // No answer comes where ACLs are off, and where a box in front of the agent lets no such question through.
            if (answer is null && !await ChecksTokensAsync(cancellation).ConfigureAwait(false)) return true;
        }
        catch (ConsulException)
        {
            return false;
        }
        return await WouldSayAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>False only where ACLs are known to be off, at the servers too, so that nothing is hidden from anybody.</summary>
    public async Task<bool> ChecksTokensAsync(CancellationToken cancellation)
    {
        try
        {
            return (await AclExamination.RunAsync(new AclClient(session), "", [], null, cancellation).ConfigureAwait(false)).Mode != AclMode.Off;
        }
        catch (ConsulException)
        {
            return true;
        }
    }

    /// <summary>True when the agent would have said that it left something out; false when that cannot be told.</summary>
    public async Task<bool> WouldSayAsync(CancellationToken cancellation)
    {
        if (!session.HasToken) return false;
        if ((await AgentLimits.AskAsync(session, cancellation).ConfigureAwait(false)).Version is { } version) return version >= FirstToSay;
        try
        {
            // Its version it tells only who has agent:read. 1.9 and 1.10 are taken for newer than they are then: nothing else in their answers tells them apart.
            var any = await Queries.SendAsync(session, ConsulRequest.Get("/v1/status/leader"), response => response.Status == 200, null, cancellation).ConfigureAwait(false);
            return any.Header(SentByNewerAgents) is not null;
        }
        catch (ConsulException)
        {
            return false;
        }
    }
}
