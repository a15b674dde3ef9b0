using System.Text.Json;
using ConsulKvTools.Acl.Evaluation;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Acl;

/// <summary>What an examination found out.</summary>
/// <param name="Mode">Whether tokens are checked.</param>
/// <param name="Token">The token; null when unknown or anonymous.</param>
/// <param name="Fault">Why the token is not accepted at all; null when it is.</param>
/// <param name="Notes">What is worth knowing about the token.</param>
/// <param name="Results">One result an operation, in order.</param>
internal sealed record AclReport(AclMode Mode, AclToken? Token, ConsulFinding? Fault, IReadOnlyList<ConsulFinding> Notes, IReadOnlyList<ConsulAclResult> Results);

/// <summary>One examination of one token and one key: Consul's own answers first, then why.</summary>
internal sealed class AclExamination
{
    private static readonly AclQuestion[] Basic = [new("key", "read", ""), new("key", "list", ""), new("key", "write", "")];

    /// <summary>Denials that no rule mends.</summary>
    private static readonly HashSet<string> BeyondRules = new(StringComparer.Ordinal)
    {
        "Acl.BearerStrippedByProxy", "Acl.ClientAgentAclDisabled", "Acl.DownPolicyDeny", "Acl.NotBootstrapped", "Acl.ReplicationLag", "Acl.SentinelOrNsDefaultPolicy",
    };

    private readonly AclClient client;
    private readonly AclClient reader;
    private readonly AclFault faults;
    private readonly string key;

    private AclStanding standing = null!;
    private AclHoldings? holdings;
    private string? node;
    private ConsulFinding? fault;
    private IReadOnlyList<bool>? answers;
    private bool? allowedWithoutToken;
    private string? datacenter;

    private AclExamination(AclClient client, string key, AclClient? admin)
    {
        this.client = client;
        this.key = key;
        reader = admin ?? client;
        faults = new AclFault(client, admin);
    }

    private ConsulKvSession Session => client.Session;

    private AclToken? Token => standing.Token;

    private bool IsAnonymous => Token is { IsAnonymous: true } || (Token is null && !Session.HasToken);

    /// <summary>Examines a token and what it may do; no operations examine the token alone.</summary>
    /// <exception cref="ConsulKeyException">The key cannot be sent as it is.</exception>
    /// <exception cref="ConsulException">The agent gives no answer at all.</exception>
    public static async Task<AclReport> RunAsync(AclClient client, string key, IReadOnlyList<AclOperation> operations, AclClient? admin, CancellationToken cancellation)
    {
        foreach (var operation in operations)
            if (KvKey.Check(key, operation is AclOperation.List or AclOperation.DeleteRecurse) is { } problem) throw ConsulException.From(problem);
        var examination = new AclExamination(client, key, admin);
        await examination.AskAsync(operations.Contains(AclOperation.DeleteRecurse), cancellation).ConfigureAwait(false);
        var results = new List<ConsulAclResult>();
        foreach (var operation in operations) results.Add(await examination.ExamineAsync(operation, cancellation).ConfigureAwait(false));
        var mode = results.Count > 0 && results.All(result => result.Method == "AclsDisabled") ? AclMode.Off : examination.standing.Mode;
        if (mode == AclMode.OffAtAgent && operations.Count == 0 && await examination.ServersHaveAclsOffAsync(cancellation).ConfigureAwait(false)) mode = AclMode.Off;
        return new AclReport(mode, examination.Token, examination.fault, [.. AclNotes.OfToken(examination.Token, client.Session)], results);
    }

    /// <summary>Who the token is and what it may do, asked at once; then its rules, which explain the answers.</summary>
    private async Task AskAsync(bool tree, CancellationToken cancellation)
    {
        var questions = Basic.Select(question => question with { Segment = key }).ToList();
        if (tree) questions.Add(new AclQuestion("key", "write-prefix", key));
        var looking = AclStanding.LookAsync(client, cancellation);
        var asking = client.AskAsync(questions, cancellation);
        try
        {
            await Task.WhenAll(looking, asking).ConfigureAwait(false);
            answers = asking.Result;
        }
        catch (ConsulAclException refused) when (looking.Status == TaskStatus.RanToCompletion)
        {
            fault = refused.Finding;
        }
        standing = looking.Result;
        // An agent that cannot look the token up, because its servers check none, forgets what it said of it.
        if (standing.Mode == AclMode.Off) (fault, answers) = (null, null);
        if (answers is not null && standing.NotFound && Session is { HasToken: true, Datacenter: null })
            fault = await faults.OfUnknownButAnsweredAsync(key, cancellation).ConfigureAwait(false);
        else if (fault is not null && !standing.Unresolved)
            fault = await faults.RefineAsync(fault, standing, key, cancellation).ConfigureAwait(false);
        if (Token is { } known && Session.HasToken) Session.Remember(known);
        if ((Token ?? await AnonymousAsync(cancellation).ConfigureAwait(false)) is { } token && fault is null)
            holdings = await AclHoldings.ReadAsync(reader, token, cancellation).ConfigureAwait(false);
        if (Token is { } roles && holdings?.Policies.Any(policy => policy.Id == AclToken.ManagementPolicy && policy.Role is not null) == true)
            standing = standing with { Token = roles with { HasManagementRole = true } };
        datacenter = await DatacenterAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Without a token the anonymous one decides; an admin can see its policies.</summary>
    private async Task<AclToken?> AnonymousAsync(CancellationToken cancellation)
    {
        if (Session.HasToken || ReferenceEquals(client, reader)) return null;
        using var token = await reader.TryReadAsync("/v1/acl/token/" + AclToken.AnonymousAccessor, cancellation).ConfigureAwait(false);
        return token is { RootElement.ValueKind: JsonValueKind.Object } ? AclToken.Read(token.RootElement) : null;
    }

    private async Task<ConsulAclResult> ExamineAsync(AclOperation operation, CancellationToken cancellation)
    {
        var notes = new List<ConsulFinding>(AclNotes.OfToken(Token, Session));
        AclAnswer answer;
        if (fault is not null && !standing.Unresolved) answer = new AclAnswer(false, "Authorize", null);
        else if (answers is not null)
        {
            answer = await AnswerAsync(operation, notes, cancellation).ConfigureAwait(false);
            if (standing.Unresolved && Session.HasToken && answer.Allowed == true) notes.Add(ConsulFinding.Create("Acl.PrimaryUnreachable", ("address", Session.Address)));
        }
        else answer = await TryOutAsync(operation, notes, cancellation).ConfigureAwait(false);
        if (answer is { Allowed: true, Method: "AclsDisabled" }) notes = [AclNotes.Note(Session.HasToken ? "Acl.DisabledButTokenSent" : "Acl.Disabled")];
        else if (Token is not null && holdings is { Complete: false })
            notes.Add(AclNotes.Note("Acl.CannotSeePolicies", ("key", Printable.Text(key)), ("operation", operation), ("accessor", Token.Accessor), ("address", Session.Address)));

        if (operation == AclOperation.Lock) node ??= Convert.ToString(answer.Denial?.Evidence["node"], System.Globalization.CultureInfo.InvariantCulture) is { Length: > 0 } named ? named : await AgentConfigAsync("NodeName", cancellation).ConfigureAwait(false);
        var denied = new AclCase
        {
            Operation = operation, Key = key, Session = Session, Token = Token, Holdings = holdings, Datacenter = datacenter,
            Missing = answer.Missing, MayRead = answers?[0] ?? false, MayList = answers?[1] ?? false, Node = node,
            NeedsNewToken = Token is null || (Token.Local && Session.Datacenter is not null && await IsOtherDatacenterAsync(cancellation).ConfigureAwait(false)),
        };
        var finding = answer.Allowed == true ? null : await ExplainAsync(denied, answer, cancellation).ConfigureAwait(false);
        var decision = Decide(operation, answer, finding);
        if (holdings is not null) notes.AddRange(AclNotes.OfRules(holdings, finding?.Code));
        if (answer.Allowed == true && AclNotes.Overmatch(decision.Verdict, key) is { } overmatch) notes.Add(overmatch);
        if (finding is { Code: "Acl.NoPolicies" or "Acl.NoRule" or "Acl.WrongResource" or "Acl.PolicyDeleted" } && !ReferenceEquals(client, reader) && holdings is { Complete: true } held
            && await AclUnattached.FindAsync(reader, denied, held, cancellation).ConfigureAwait(false) is { } unattached) notes.Add(unattached);
        var grant = finding is null ? null : denied.Grant;
        return new ConsulAclResult
        {
            Key = key,
            Operation = operation,
            Allowed = answer.Allowed,
            Method = answer.Method,
            AccessorId = Token?.Accessor,
            Policies = holdings?.Names ?? Token?.Policies.Select(policy => policy.Name).ToArray(),
            DecidedBy = decision.By,
            DecidingRule = decision.Rule,
            Reason = decision.Reason,
            Rules = decision.Rules,
            SuggestedRule = grant?.Rule,
            Command = finding is { Code: var code } && BeyondRules.Contains(code) ? finding.Command : grant?.Command,
            Finding = finding,
            Notes = notes.GroupBy(note => (note.Code, Convert.ToString(note.Evidence["rule"] ?? note.Evidence["text"], System.Globalization.CultureInfo.InvariantCulture))).Select(same => same.First()).ToArray(),
            Session = Session.Name,
        };
    }

    /// <summary>Which rule gives the answer; said only where the rules and Consul agree.</summary>
    private AclDecision Decide(AclOperation operation, AclAnswer answer, ConsulFinding? finding)
    {
        if (answer.Method == "AclsDisabled") return new AclDecision(default, null, null, "ACLs are off, so everybody may.", []);
        if (finding is not null && fault is not null) return new AclDecision(default, null, null, Sentence(finding.Title), []);
        if (holdings is not { Complete: true } visible)
            return new AclDecision(default, null, null, answer.Allowed is null ? "It cannot be found out from here." : $"Consul says so; {(IsAnonymous ? "no token was sent, so the anonymous token decides" : "the rules behind it can be seen only with acl:read")}.", []);
        var evaluator = new AclEvaluator(visible.Policies, false, datacenter);
        var session = operation == AclOperation.Lock && answer.Missing == LockRights.Session;
        if (session && node is null) return new AclDecision(default, null, null, "The key may be written, but a lock session may not be made on the agent's node.", []);
        // A listing that leaves keys out asks for nothing but read on each of them.
        var asked = operation == AclOperation.List && answer is { Allowed: true } && answers is [_, false, ..] ? AclOperation.Read : operation;
        var verdict = session ? evaluator.DecideSession(node!) : evaluator.Decide(asked, key);
        var rules = AclReasons.Of(visible, asked, session ? "session" : "key", session ? node! : key, verdict, datacenter);
        var what = session ? $"lock sessions on node {node}" : Printable.Text(key, 80) is { Length: > 0 } shown ? shown : "the whole store";
        if (verdict.Rule is null)
        {
            if (asked == AclOperation.Read && operation == AclOperation.List) return new AclDecision(verdict, null, null, "Everybody may list; keys that the token may not read are left out.", rules);
            return new AclDecision(verdict, answer.Allowed == true ? "default policy (allow)" : "default policy (deny)", null,
                $"No rule of {(IsAnonymous ? "the anonymous token" : "the token")} speaks of {what}, so the default policy decides: {(answer.Allowed == true ? "allow" : "deny")}.", rules);
        }
        if (verdict.Allowed != answer.Allowed) return new AclDecision(verdict, null, null, finding is null ? "Consul says so, though no rule that can be seen does." : Sentence(finding.Title), rules);
        var deciding = verdict.Rule.Deciding;
        return new AclDecision(verdict, deciding.Policy.Source, deciding.Rule.ToHcl(),
            $"{deciding.Rule.ToHcl()} of policy {Printable.Text(deciding.Policy.Source, 160)} decides: {rules.FirstOrDefault(rule => rule.IsDeciding)?.Why ?? "no other rule matches"}.", rules);
    }

    private static string Sentence(string title) => title.EndsWith(".", StringComparison.Ordinal) ? title : title + ".";

    /// <summary>From what the authorizer said; only listing and locks need more than it can say.</summary>
    private async Task<AclAnswer> AnswerAsync(AclOperation operation, List<ConsulFinding> notes, CancellationToken cancellation)
    {
        var (mayRead, mayList, mayWrite) = (answers![0], answers[1], answers[2]);
        switch (operation)
        {
            case AclOperation.Read:
                return new AclAnswer(mayRead, "Authorize", null);
            case AclOperation.DeleteRecurse:
                return new AclAnswer(answers[3], "Authorize", null);
            case AclOperation.List when !mayList:
                // Without enable_key_list_policy everybody may list, and what may not be read is left out.
                var found = false;
                var refusal = await client.ListAsync(key, any => found = any, cancellation).ConfigureAwait(false);
                if (refusal is not null || (!found && !mayRead)) return new AclAnswer(false, refusal is null ? "Authorize" : "Read", refusal);
                if (!mayRead) notes.Add(Filtered());
                return new AclAnswer(true, "Read", null);
            case AclOperation.List:
                return new AclAnswer(true, "Authorize", null);
            case AclOperation.Lock:
                var noSession = await client.NoOpSessionAsync(cancellation).ConfigureAwait(false);
                var missing = (mayWrite ? LockRights.None : LockRights.Key) | (noSession is null ? LockRights.None : LockRights.Session);
                return new AclAnswer(missing == LockRights.None, "Authorize", mayWrite ? noSession : null) { Missing = missing };
            default:
                return new AclAnswer(mayWrite, "Authorize", null);
        }
    }

    /// <summary>From requests that change nothing, where the authorizer cannot be asked.</summary>
    private async Task<AclAnswer> TryOutAsync(AclOperation operation, List<ConsulFinding> notes, CancellationToken cancellation)
    {
        ConsulFinding? denial;
        var method = "NoOpWrite";
        var missing = LockRights.Key;
        switch (operation)
        {
            case AclOperation.Read:
                method = "Read";
                denial = await client.ReadAsync(key, cancellation).ConfigureAwait(false);
                break;
            case AclOperation.List:
                method = "Read";
                denial = await client.ListAsync(key, _ => { }, cancellation).ConfigureAwait(false);
                break;
            case AclOperation.DeleteRecurse when KvKey.Check(key, isPrefix: false) is not null:
                denial = null;
                break;
            case AclOperation.Lock:
                denial = await client.NoOpWriteAsync(key, delete: false, cancellation).ConfigureAwait(false);
                var noSession = await client.NoOpSessionAsync(cancellation).ConfigureAwait(false);
                missing = (denial is null ? LockRights.None : LockRights.Key) | (noSession is null ? LockRights.None : LockRights.Session);
                denial ??= noSession;
                break;
            default:
                denial = await client.NoOpWriteAsync(key, operation is AclOperation.Delete or AclOperation.DeleteRecurse, cancellation).ConfigureAwait(false);
                break;
        }
        if (denial is not null) return new AclAnswer(false, method, denial) { Missing = missing };
        if (standing.Mode == AclMode.Off) return new AclAnswer(true, "AclsDisabled", null);
        if (standing.Mode == AclMode.OffAtAgent)
        {
            if (await ServersHaveAclsOffAsync(cancellation).ConfigureAwait(false)) return new AclAnswer(true, "AclsDisabled", null);
            notes.Add(AclNotes.Note("Acl.ClientAgentAclDisabled", ("address", Session.Address)));
        }
        if (standing.Unresolved && Session.HasToken)
            notes.Add(ConsulFinding.Create(fault is { Code: "Acl.TokenNotFound" } ? "Acl.DownPolicyExtendFailsOpen" : "Acl.PrimaryUnreachable", ("address", Session.Address)));
        // Write on the root of a tree does not prove write on all of it, and there is no form of the delete that changes nothing.
        return operation == AclOperation.DeleteRecurse ? new AclAnswer(null, method, null) : new AclAnswer(true, method, null);
    }

    private async Task<ConsulFinding> ExplainAsync(AclCase denied, AclAnswer answer, CancellationToken cancellation)
    {
        if (answer.Allowed is null)
            return denied.Because(standing.Mode == AclMode.OffAtAgent ? "Acl.ClientAgentAclDisabled" : "Acl.PermissionDenied") with { Severity = FindingSeverity.Warning };
        // Nobody could be asked about the token, so "not found" says nothing about it: that is what an agent answers from its memory of the failure.
        // Without a token it is the anonymous one, or the agent's default, that cannot be looked up.
        if (standing.Unresolved && (answer.Denial ?? fault) is { Code: var refusal } && (Session.HasToken ? refusal is "Acl.TokenNotFound" or "Acl.PermissionDenied" : refusal is "Acl.AgentDefaultTokenBad")) return denied.Because("Acl.DownPolicyDeny");
        if (fault is not null && (answer.Denial is null || fault.Code == answer.Denial.Code)) return Attributed(denied, fault.Code, fault);
        if (answer.Denial is { } denial && answers is null)
        {
            // The refusal says more than a bare "Permission denied" about the token or the lock.
            var refined = await faults.RefineAsync(denial, standing, key, cancellation).ConfigureAwait(false);
            if (refined.Code is not "Acl.PermissionDenied") return Attributed(denied, refined.Code, refined);
            if (standing.Mode == AclMode.OffAtAgent) return denied.Because("Acl.ClientAgentAclDisabled");
        }
        if (IsAnonymous) return denied.Because("Acl.AnonymousDenied");
        if (Token is { Local: true } && await IsOtherDatacenterAsync(cancellation).ConfigureAwait(false)) return denied.Because("Acl.LocalTokenOtherDc");
        if (standing.Unresolved) return denied.Because("Acl.DownPolicyDeny");
        if (answer.Missing == LockRights.Session)
            return denied.BecauseOf("Acl.SessionWriteMissing", null, null, ("node", node ?? "(this agent's)"));
        if (holdings is { Complete: true } visible)
        {
            var cause = new AclCause(denied, visible);
            if (cause.Find(false) is { } found)
                return found.Code is "Acl.DeniedByRule" or "Acl.ReadOnly" or "Acl.ListOnly" && await AllowedWithoutTokenAsync(denied, cancellation).ConfigureAwait(false)
                    ? cause.Find(true)! : found;
        }
        // What a token lists itself can be seen by everybody who holds it.
        if (Token is { Policies.Count: 0, Roles.Count: 0, Identities.Count: 0, IsLegacy: false }) return denied.Because("Acl.NoPolicies");
        var withoutToken = await AllowedWithoutTokenAsync(denied, cancellation).ConfigureAwait(false);
        return await AclInference.FindAsync(client, denied, withoutToken, cancellation).ConfigureAwait(false) ?? denied.Because("Acl.PermissionDenied");
    }

    private ConsulFinding Attributed(AclCase denied, string code, ConsulFinding known) =>
        denied.BecauseOf(code, null, null, [.. known.Evidence.Keys.Cast<string>().Where(name => name is not ("key" or "operation" or "address")).Select(name => (name, known.Evidence[name]))]);

    private ConsulFinding Filtered() => Kv.KvVisibility.Filtered(Session, key, ("accessor", Token is { IsAnonymous: false } known ? known.Accessor : null));

    /// <summary>True where the default policy is allow, and nothing keeps those without a token from the key.</summary>
    private async Task<bool> AllowedWithoutTokenAsync(AclCase denied, CancellationToken cancellation)
    {
        if (allowedWithoutToken is { } known) return known;
        var access = AclEvaluator.Needed(denied.Operation).ToString().ToLowerInvariant();
        // The anonymous token may have rules for keys of its own. What no rule is written for tells whether the default policy allows.
        var nobody = "consulkvtools-" + Guid.NewGuid().ToString("N");
        var said = await client.TryAskAsync([new AclQuestion("key", access, key), new AclQuestion("key", access, nobody), new AclQuestion("event", "write", nobody)], cancellation, withToken: false).ConfigureAwait(false);
        return (allowedWithoutToken = said is [true, true, true]).Value;
    }

    /// <summary>Where the request is answered, if a policy makes that matter or the session says it.</summary>
    private async Task<string?> DatacenterAsync(CancellationToken cancellation)
    {
        if (Session.Datacenter is { } named) return named;
        if (holdings is null || !holdings.Policies.Any(policy => policy.Datacenters.Count > 0)) return null;
        if (await AgentConfigAsync("Datacenter", cancellation).ConfigureAwait(false) is { } own) return own;
        using var all = await client.TryReadAsync("/v1/catalog/datacenters", cancellation, withToken: false).ConfigureAwait(false);
        return all is { RootElement: { ValueKind: JsonValueKind.Array } list } && list.GetArrayLength() == 1 ? list[0].GetString() : null;
    }

    private async Task<string?> AgentConfigAsync(string name, CancellationToken cancellation)
    {
        foreach (var asked in ReferenceEquals(client, reader) || client.Session.Address != reader.Session.Address ? new[] { client } : [client, reader])
        {
            using var self = await asked.TryReadAsync("/v1/agent/self", cancellation).ConfigureAwait(false);
            if (self is not null && self.RootElement.TryGetProperty("Config", out var config) && config.TryGetProperty(name, out var value)) return value.GetString();
        }
        return null;
    }

    /// <summary>Two datacenters have two leaders.</summary>
    private async Task<bool> IsOtherDatacenterAsync(CancellationToken cancellation)
    {
        if (Session.Datacenter is null) return false;
        using var here = await client.TryReadAsync("/v1/status/leader", cancellation, scoped: false, withToken: false).ConfigureAwait(false);
        using var there = await client.TryReadAsync("/v1/status/leader", cancellation, scoped: true, withToken: false).ConfigureAwait(false);
        return here?.RootElement.GetString() is { Length: > 0 } one && there?.RootElement.GetString() is { Length: > 0 } other && one != other;
    }

    /// <summary>An agent that has ACLs off shows itself and its members to everybody; servers say in their tags whether theirs are on.</summary>
    private async Task<bool> ServersHaveAclsOffAsync(CancellationToken cancellation)
    {
        using var self = await client.TryReadAsync("/v1/agent/self", cancellation).ConfigureAwait(false);
        if (self is not null && self.RootElement.TryGetProperty("Config", out var config) && config.TryGetProperty("Server", out var server) && server.ValueKind == JsonValueKind.True) return true;
        using var members = await client.TryReadAsync("/v1/agent/members", cancellation).ConfigureAwait(false);
        if (members is not { RootElement.ValueKind: JsonValueKind.Array }) return false;
        var tags = members.RootElement.EnumerateArray()
            .Select(member => member.TryGetProperty("Tags", out var all) ? all : default)
            .Where(all => all.ValueKind == JsonValueKind.Object && all.TryGetProperty("role", out var role) && role.GetString() == "consul")
            .Select(all => all.TryGetProperty("acls", out var acls) ? acls.GetString() : null).ToArray();
        return tags.Length > 0 && tags.All(tag => tag is "0");
    }

    /// <summary>What the rules have to do with an answer.</summary>
    private readonly record struct AclDecision(AclVerdict Verdict, string? By, string? Rule, string Reason, IReadOnlyList<ConsulAclRule> Rules);

    /// <summary>What came of one question.</summary>
    private readonly record struct AclAnswer(bool? Allowed, string Method, ConsulFinding? Denial)
    {
        public LockRights Missing { get; init; } = LockRights.Key;
    }
}
