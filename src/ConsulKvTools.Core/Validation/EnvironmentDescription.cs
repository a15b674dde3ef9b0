using System.Collections;
using ConsulKvTools.Validation.Checks;

namespace ConsulKvTools.Validation;

/// <summary>Reads the description of an environment into the checks that it asks for; what cannot be understood is a check that fails.</summary>
internal sealed class EnvironmentDescription
{
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan UsualLag = TimeSpan.FromSeconds(5);

    private readonly List<(string Place, string Problem)> problems = [];
    private readonly List<ConsulEnvironmentCheck> checks = [];
    private readonly Dictionary<string, EnvironmentAgent> agents = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, EnvironmentToken> tokens = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConsulEnvironment environment;
    private readonly Func<string, string> path;
    private TimeSpan timeout = UsualTimeout;

    private EnvironmentDescription(ConsulEnvironment environment, Func<string, string> path)
    {
        this.environment = environment;
        this.path = path;
    }

    /// <summary>The checks of a description, in its sections' order; those that say what is wrong with it first.</summary>
    /// <param name="data">Tables, lists, text, numbers, SecureStrings: what a <c>.psd1</c> or a JSON file can say, and secrets.</param>
    /// <param name="environment">Where tokens by variable come from, and what is not said of an agent.</param>
    /// <param name="path">Makes full paths of those in the description.</param>
    /// <param name="more">Problems that were met before it could be read.</param>
    public static IReadOnlyList<ConsulEnvironmentCheck> Read(IDictionary data, ConsulEnvironment environment, Func<string, string> path, params (string Place, string Problem)[] more)
    {
        var reader = new EnvironmentDescription(environment, path);
        reader.problems.AddRange(more);
        reader.Read(new EnvironmentEntry(data, "", reader.problems));
        return [.. reader.problems.Select(Misunderstood), .. reader.checks];
    }

    private static ConsulEnvironmentCheck Misunderstood((string Place, string Problem) row)
    {
        var source = row.Place.Length == 0 ? "the description" : row.Place;
        return new ConsulEnvironmentCheck(ConsulEnvironmentCheckKind.Description, $"Description: {source} can be understood", null,
            (_, _) => Task.FromResult<ConsulFinding?>(ConsulFinding.Create("Expect.NotUnderstood", ("source", source), ("problem", row.Problem))));
    }

    private void Read(EnvironmentEntry all)
    {
        timeout = all.Duration("Timeout") ?? UsualTimeout;
        foreach (var (name, entry) in all.Named("Tokens", Shorthand("Secret"))) ReadToken(name, entry);
        foreach (var (name, entry) in all.Named("Agents", Shorthand("Address"))) ReadAgent(name, entry);
        if (!all.Has("Agents")) all.Problem("Agents", "is missing: name the agents to look at, such as Agents = @{ local = 'http://127.0.0.1:8500' }");
        else if (agents.Count == 0 && problems.Count == 0) all.Problem("Agents", "is empty: name the agents to look at");
        foreach (var entry in all.Entries("Cluster")) ReadCluster(entry);
        foreach (var entry in all.Entries("Tls")) ReadTls(entry);
        foreach (var entry in all.Entries("Access")) ReadAccess(entry);
        foreach (var entry in all.Entries("Keys", Shorthand("Key"))) ReadKeys(entry);
        foreach (var entry in all.Entries("Replication")) ReadReplication(entry);
        foreach (var entry in all.Entries("Diagnosis")) ReadDiagnosis(entry);
        foreach (var entry in all.Entries("Canary")) ReadCanary(entry);
        all.Done();
    }

    /// <summary>A bare value stands for a table with that one name.</summary>
    private static Func<object, IDictionary?> Shorthand(string name) =>
        value => value is string or Uri or System.Security.SecureString ? new Dictionary<string, object> { [name] = value } : null;

    private void ReadToken(string name, EnvironmentEntry entry)
    {
        if (string.Equals(name, EnvironmentToken.AnonymousName, StringComparison.OrdinalIgnoreCase))
            entry.Problem(null, "is the name of requests without a token; take another");
        var secret = entry.Secret("Secret");
        var file = entry.Text("File");
        var variable = entry.Text("Variable");
        if ((entry.Has("Secret") ? 1 : 0) + (entry.Has("File") ? 1 : 0) + (entry.Has("Variable") ? 1 : 0) != 1)
            entry.Problem(null, "must say one of Secret (a SecureString), File and Variable (names of a file or an environment variable that holds the token)");
        if (variable is not null)
        {
            if (environment[variable] is { } value) secret = new ConsulSecret(value);
            else entry.Problem("Variable", $"names the environment variable {Printable.Text(variable, 60)}, which is not set or empty");
        }
        entry.Done();
        // One that cannot be used stays known by its name: one mistake is one problem.
        tokens[name] = secret is null && file is null ? EnvironmentToken.Broken(name) : new EnvironmentToken(name, secret, file is null ? null : path(file));
    }

    private void ReadAgent(string name, EnvironmentEntry entry)
    {
        var token = TokenOf(entry, "Token");
        var options = new ConsulSessionOptions
        {
            Address = entry.Text("Address"),
            CACertificate = PathOf(entry, "CACertificate"), CAPath = PathOf(entry, "CAPath"), ClientCertificate = PathOf(entry, "ClientCertificate"), ClientKey = PathOf(entry, "ClientKey"),
            ClientCertificatePassword = entry.Secret("ClientCertificatePassword"), TlsServerName = entry.Text("TlsServerName"), SkipCertificateCheck = entry.Flag("SkipCertificateCheck"),
            Datacenter = entry.Text("Datacenter"), Namespace = entry.Text("Namespace"), Partition = entry.Text("Partition"),
            NoProxy = entry.Flag("NoProxy") ?? false, ConnectTimeout = entry.Duration("ConnectTimeout"),
            RetryPolicy = ConsulRetryPolicy.Default with { TotalTimeout = timeout },
        };
        if (!entry.Has("Address")) entry.Problem("Address", "is missing");
        var agent = new EnvironmentAgent(name, options, environment) { Token = token, MaximumLatency = entry.Duration("MaximumLatency") };
        entry.Done();
        agents[name] = agent;
        Add(ConsulEnvironmentCheckKind.Agents, agent, $"{name} can be reached" + (agent.MaximumLatency is { } limit ? $" and answers within {Show(limit)}" : ""),
            (_, cancellation) => DiagnosisChecks.ReachableAsync(agent, timeout, cancellation));
    }

    private void ReadCluster(EnvironmentEntry entry)
    {
        var servers = entry.Whole("Servers", 1);
        var versionText = entry.Text("MinimumVersion");
        Version? version = null;
        if (versionText is not null && !Version.TryParse(versionText, out version)) entry.Problem("MinimumVersion", $"'{Printable.Text(versionText, 40)}' is no version such as 1.8.0");
        var datacenters = entry.Texts("Datacenters");
        foreach (var agent in AgentsOf(entry))
        {
            // Several entries may ask for more of one cluster; each of them wants a leader.
            if (!checks.Any(check => check.Name == $"Cluster: {agent.Name} has a leader"))
                Add(ConsulEnvironmentCheckKind.Cluster, agent, $"{agent.Name} has a leader", (_, cancellation) => DiagnosisChecks.ClusterAsync(agent, timeout, ClusterJudge.Leader, cancellation));
            if (servers is { } count)
                Add(ConsulEnvironmentCheckKind.Cluster, agent, $"{agent.Name} has {count} {(count == 1 ? "server, alive" : "servers, all alive")}",
                    (_, cancellation) => DiagnosisChecks.ClusterAsync(agent, timeout, (session, diagnosis) => ClusterJudge.Servers(session, diagnosis, count), cancellation));
            if (version is not null)
                Add(ConsulEnvironmentCheckKind.Cluster, agent, $"{agent.Name} runs Consul {version} or newer",
                    (_, cancellation) => DiagnosisChecks.ClusterAsync(agent, timeout, (session, diagnosis) => ClusterJudge.Version(session, diagnosis, version), cancellation));
            if (datacenters is { Count: > 0 })
                Add(ConsulEnvironmentCheckKind.Cluster, agent, $"{agent.Name} knows the datacenters {string.Join(", ", datacenters)}",
                    (_, cancellation) => ClusterJudge.DatacentersAsync(agent, datacenters, cancellation));
        }
        entry.Done();
    }

    private void ReadTls(EnvironmentEntry entry)
    {
        var days = entry.Whole("MinimumDays", 0) ?? 14;
        foreach (var agent in AgentsOf(entry))
            Add(ConsulEnvironmentCheckKind.Tls, agent, $"{agent.Name} has a certificate that is good for {days} more days", (_, cancellation) => DiagnosisChecks.CertificateAsync(agent, days, timeout, cancellation));
        entry.Done();
    }

    private void ReadAccess(EnvironmentEntry entry)
    {
        var allow = entry.Choices<AclOperation>("Allow");
        var deny = entry.Choices<AclOperation>("Deny");
        if (allow is null && deny is null) entry.Problem(null, "must say what to Allow, to Deny, or both");
        if (allow is not null && deny is not null)
            foreach (var both in allow.Intersect(deny)) entry.Problem(null, $"says both Allow and Deny of {both}");
        var keys = KeysOf(entry, "Key", true);
        var given = entry.Texts("Token");
        IReadOnlyList<EnvironmentToken?> holders = given is null ? [null] : [.. given.Select(name => TokenNamed(entry, "Token", name))];
        foreach (var agent in AgentsOf(entry))
            foreach (var token in holders)
                foreach (var key in keys)
                    foreach (var (operation, allowed) in (allow ?? []).Select(one => (one, true)).Concat((deny ?? []).Select(one => (one, false))))
                        Add(ConsulEnvironmentCheckKind.Access, agent, $"{token?.Name ?? $"the token of {agent.Name}"} may {(allowed ? "" : "not ")}{Verb(operation)} {Shown(key)} at {agent.Name}",
                            (_, cancellation) => AccessCheck.RunAsync(agent, token, key, operation, allowed, cancellation));
        entry.Done();
    }

    private void ReadKeys(EnvironmentEntry entry)
    {
        var exists = entry.Flag("Exists");
        var token = TokenOf(entry, "Token");
        var rules = RulesOf(entry);
        var isPrefix = entry.Has("Prefix");
        if (isPrefix == entry.Has("Key")) entry.Problem(null, "must say one of Key and Prefix");
        var keys = isPrefix ? KeysOf(entry, "Prefix", false) : KeysOf(entry, "Key", false);
        var least = isPrefix ? entry.Whole("MinimumCount", 0) : null;
        var most = isPrefix ? entry.Whole("MaximumCount", 0) : null;
        if (isPrefix && exists == false && (least is not null || most is not null)) entry.Problem("Exists", "is $false, and a count is given too");
        if (most < (least ?? 1) && exists != false && !(most == 0 && least is null)) entry.Problem("MaximumCount", $"is under MinimumCount, which is {least ?? 1}");
        if (exists == false && rules.Description.Length > 0) entry.Problem("Exists", "is $false, and rules for the value are given too");
        var (from, to) = exists == false ? (0, (int?)0) : (least ?? (most == 0 ? 0 : 1), most);
        foreach (var agent in AgentsOf(entry))
            foreach (var key in keys)
            {
                var shown = $"{Shown(key)} at {agent.Name}";
                if (isPrefix)
                    Add(ConsulEnvironmentCheckKind.Keys, agent, to == 0 ? $"there are no keys below {shown}" : $"there are keys below {shown}{(from > 1 || to is not null ? $", {from}{(to is null ? " or more" : $" to {to}")}" : "")}{rules.Description}",
                        (context, cancellation) => KeyChecks.PrefixAsync(agent, token, key, from, to, rules, context, cancellation), rules.Schema is not null);
                else
                    Add(ConsulEnvironmentCheckKind.Keys, agent, exists == false ? $"there is no {shown}" : $"there is {shown}{rules.Description}",
                        (context, cancellation) => KeyChecks.KeyAsync(agent, token, key, exists != false, rules, context, cancellation), rules.Schema is not null);
            }
        entry.Done();
    }

    private void ReadReplication(EnvironmentEntry entry)
    {
        var within = entry.Duration("Within") ?? UsualLag;
        var staleness = entry.Duration("MaximumStaleness");
        var indexes = entry.Flag("SameIndexes") ?? false;
        var token = TokenOf(entry, "Token");
        var among = AgentsOf(entry);
        if (among.Count < 2) entry.Problem("Agent", "needs two agents or more to compare");
        foreach (var prefix in KeysOf(entry, "Prefix", true))
        {
            var check = new ReplicationCheck { Agents = among, Prefix = prefix, Token = token, Within = within, MaximumStaleness = staleness, SameIndexes = indexes };
            if (among.Count > 1)
                Add(ConsulEnvironmentCheckKind.Replication, null, $"{string.Join(", ", among.Select(agent => agent.Name))} hold the same {(prefix.Length == 0 ? "keys" : $"keys below {Shown(prefix)}")}{(indexes ? " with the same indexes" : "")}"
                    + $" within {Show(within)}{(staleness is { } bound ? $", none older than {Show(bound)}" : "")}", (_, cancellation) => check.RunAsync(cancellation));
        }
        entry.Done();
    }

    private void ReadDiagnosis(EnvironmentEntry entry)
    {
        var token = TokenOf(entry, "Token");
        var allowDegraded = entry.Flag("AllowDegraded") ?? false;
        var operations = entry.Choices<AclOperation>("Operation") ?? [AclOperation.Write];
        IReadOnlyList<string?> keys = [null];
        if (entry.Has("Key")) keys = KeysOf(entry, "Key", false);
        var suppressions = new List<FindingSuppression>();
        foreach (var text in entry.Texts("Suppress") ?? [])
        {
            try
            {
                suppressions.Add(FindingSuppression.Parse(text, entry.Place + ".Suppress"));
            }
            catch (ConsulException invalid)
            {
                entry.Problem("Suppress", Convert.ToString(invalid.Finding.Evidence["problem"], System.Globalization.CultureInfo.InvariantCulture)!);
            }
        }
        foreach (var agent in AgentsOf(entry))
            foreach (var key in keys)
                foreach (var operation in operations)
                {
                    var request = new DiagnosisRequest { Key = key, Operation = operation, Timeout = timeout, Suppressions = suppressions };
                    Add(ConsulEnvironmentCheckKind.Diagnosis, agent, $"{(key is null ? "the way" : $"{Verb(operation)} {Shown(key)}")} at {agent.Name}{(token is null ? "" : $" with {token.Name}")} is {(allowDegraded ? "not faulty" : "healthy")}",
                        (_, cancellation) => DiagnosisChecks.HealthyAsync(agent, token, request, allowDegraded, cancellation));
                }
        entry.Done();
    }

    private void ReadCanary(EnvironmentEntry entry)
    {
        var token = TokenOf(entry, "Token");
        var prefixes = KeysOf(entry, "Prefix", false);
        foreach (var agent in AgentsOf(entry))
            foreach (var prefix in prefixes)
                Add(ConsulEnvironmentCheckKind.Canary, agent, $"a key below {Shown(prefix)} at {agent.Name} can be written, read and removed{(token is null ? "" : $" with {token.Name}")}",
                    (_, cancellation) => DiagnosisChecks.CanaryAsync(agent, token, prefix, timeout, cancellation));
        entry.Done();
    }

    private ValueRules RulesOf(EnvironmentEntry entry)
    {
        var type = entry.Choices<ValueType>("Type");
        if (type is { Count: > 1 }) entry.Problem("Type", "has several types; a value has one");
        var rules = new ValueRules
        {
            Type = type is [var one, ..] ? one : null, Pattern = entry.Pattern("Pattern"), Exactly = entry.Has("Value") ? Exact(entry) : null, OneOf = entry.Texts("OneOf"),
            Minimum = entry.Number("Minimum"), Maximum = entry.Number("Maximum"), MaximumBytes = entry.Whole("MaximumBytes", 0), Schema = SchemaOf(entry),
            Shape = entry.Take("Json", out var shape) ? JsonShape.Read(shape, entry.Place + ".Json", problems) : null,
        };
        if (rules.Maximum < rules.Minimum) entry.Problem("Maximum", "is under Minimum");
        return rules;
    }

    private static string? Exact(EnvironmentEntry entry)
    {
        // An empty value is a value.
        if (!entry.Take("Value", out var value)) return null;
        if (value is string text) return text;
        if (value is bool flag) return flag ? "true" : "false";
        if (value is IFormattable and not Enum) return ((IFormattable)value).ToString(null, System.Globalization.CultureInfo.InvariantCulture);
        entry.Problem("Value", "is no text; write the value as the text that is stored");
        return null;
    }

    private string? SchemaOf(EnvironmentEntry entry)
    {
        if (entry.Text("JsonSchema") is not { } written) return null;
        if (ValueTypes.Document(written) is not null) return written;
        try
        {
            var text = File.ReadAllText(path(written));
            if (ValueTypes.Document(text) is not null) return text;
            entry.Problem("JsonSchema", $"is no JSON in the file {Printable.Text(written, 120)}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            entry.Problem("JsonSchema", $"is neither JSON nor a file that can be read: {Printable.Text(written, 120)} ({failure.GetType().Name})");
        }
        return null;
    }

    private IReadOnlyList<string> KeysOf(EnvironmentEntry entry, string name, bool mayBeEmpty)
    {
        if (!entry.Has(name))
        {
            if (!(name is "Key" && entry.Has("Prefix"))) entry.Problem(name, "is missing");
            return [];
        }
        if (mayBeEmpty && entry.Take(name, out var value) && value is "") return [""];
        return entry.Texts(name) ?? [];
    }

    private IReadOnlyList<EnvironmentAgent> AgentsOf(EnvironmentEntry entry)
    {
        if (entry.Texts("Agent") is not { } names) return entry.Has("Agent") ? [] : [.. agents.Values];
        var found = new List<EnvironmentAgent>();
        foreach (var name in names)
        {
            if (agents.TryGetValue(name, out var agent)) found.Add(agent);
            else entry.Problem("Agent", $"'{Printable.Text(name, 60)}' is none of the Agents{EnvironmentEntry.Meant(name, agents.Keys)}");
        }
        return found;
    }

    private EnvironmentToken? TokenOf(EnvironmentEntry entry, string name) => entry.Text(name) is { } text ? TokenNamed(entry, name, text) : null;

    private EnvironmentToken TokenNamed(EnvironmentEntry entry, string place, string name)
    {
        if (string.Equals(name, EnvironmentToken.AnonymousName, StringComparison.OrdinalIgnoreCase)) return EnvironmentToken.Anonymous;
        if (tokens.TryGetValue(name, out var token)) return token;
        // Somebody may have written the token itself here: it is not repeated.
        entry.Problem(place, "is none of the names in Tokens" + (tokens.Count == 0 ? ", which is empty" : $"; there are {string.Join(", ", tokens.Keys.OrderBy(known => known, StringComparer.Ordinal))}, and anonymous"));
        return EnvironmentToken.Broken("?");
    }

    private string? PathOf(EnvironmentEntry entry, string name) => entry.Text(name) is { } text ? path(text) : null;

    private void Add(ConsulEnvironmentCheckKind kind, EnvironmentAgent? agent, string name, Func<EnvironmentCheckContext, CancellationToken, Task<ConsulFinding?>> ask, bool needsSchemas = false)
    {
        var full = $"{kind}: {Printable.Text(name, 300)}";
        if (checks.Any(check => check.Name == full)) problems.Add((kind.ToString(), $"asks twice for the same: {Printable.Text(name, 200)}"));
        else checks.Add(new ConsulEnvironmentCheck(kind, full, agent?.Name, ask) { NeedsSchemas = needsSchemas });
    }

    private static string Shown(string key) => key.Length == 0 ? "''" : Printable.Text(key, 160);

    private static string Show(TimeSpan time) => DiagnosisText.Time(time);

    private static string Verb(AclOperation operation) => operation switch
    {
        AclOperation.DeleteRecurse => "delete everything below",
        _ => operation.ToString().ToLowerInvariant(),
    };
}
