using System.Globalization;
using System.Text.Json;

namespace ConsulKvTools.Acl;

/// <summary>Why a token is not accepted at all.</summary>
internal sealed class AclFault(AclClient client, AclClient? admin)
{
    private static readonly string[] RootNames = ["allow", "deny", "manage"];

    private string? Secret => client.Session.Token?.Reveal();

    /// <summary>The reserved word that was given as a token, which is no secret; null when the token is none of them.</summary>
    public static string? RootNameOf(ConsulKvSession session) => RootNames.FirstOrDefault(name => name == session.Token?.Reveal());

    /// <summary>A finding about the token.</summary>
    public ConsulFinding Create(string code, string key, params (string, object?)[] more) =>
        ConsulFinding.Create(code, [("key", Printable.Text(key)), ("address", client.Session.Address), ("datacenter", client.Session.Datacenter), .. more]);

    /// <summary>"ACL not found" has more than one reason; what can be told from here is told.</summary>
    public async Task<ConsulFinding> RefineAsync(ConsulFinding fault, AclStanding standing, string key, CancellationToken cancellation)
    {
        if (fault.Code == "Acl.RootName") return Create("Acl.RootName", key, ("value", RootNameOf(client.Session)));
        if (fault.Code != "Acl.TokenNotFound" || Secret is not { } secret) return fault;
        // Known here and unknown there: it does not count in the other datacenter, or has not arrived there yet.
        if (standing.Token is { Local: true }) return Create("Acl.LocalTokenOtherDc", key);
        if (standing.Token is not null) return Create("Acl.ReplicationLag", key);
        if (standing.Mode == AclMode.Enforced && await IsAgentTokenAsync(cancellation).ConfigureAwait(false)) return Create("Acl.AgentMasterToken", key);
        if (client.Session.TokenSeen is not null) return Known(fault, client.Session);
        if (client.Session.Datacenter is null && await InPrimaryAsync(cancellation).ConfigureAwait(false) is { } primary)
            return Create(primary.Token.Local ? "Acl.LocalTokenOtherDc" : "Acl.ReplicationLag", key, ("accessor", primary.Token.Accessor), ("primary", primary.Datacenter),
                ("datacenter", primary.Own), ("problem", primary.Problem));
        if (Known(fault, client.Session) is { Code: not "Acl.TokenNotFound" } known) return known;
        if (await IsAccessorAsync(secret, cancellation).ConfigureAwait(false)) return Create("Config.AccessorGiven", key, ("accessor", secret));
        return fault;
    }

    /// <summary>A secondary datacenter says in its replication status which one it copies from; that one is asked about the token.</summary>
    private async Task<(AclToken Token, string Datacenter, string? Own, string? Problem)?> InPrimaryAsync(CancellationToken cancellation)
    {
        using var status = await client.TryReadAsync("/v1/acl/replication", cancellation, withToken: false).ConfigureAwait(false);
        if (status is not { RootElement.ValueKind: JsonValueKind.Object } || !status.RootElement.TryGetProperty("SourceDatacenter", out var source) || source.GetString() is not { Length: > 0 } primary) return null;
        using var token = await client.TryReadAsync("/v1/acl/token/self", cancellation, query: "dc=" + Uri.EscapeDataString(primary)).ConfigureAwait(false);
        if (token is null) return null;
        var failing = Time(status.RootElement, "LastError") is { } error && error > (Time(status.RootElement, "LastSuccess") ?? DateTimeOffset.MinValue);
        using var datacenters = await client.TryReadAsync("/v1/catalog/datacenters", cancellation, withToken: false).ConfigureAwait(false);
        // Sorted by distance: the first that is not the primary is the agent's own.
        var own = datacenters is { RootElement.ValueKind: JsonValueKind.Array } list ? list.RootElement.EnumerateArray().Select(name => name.GetString()).FirstOrDefault(name => name != primary) : null;
        return (AclToken.Read(token.RootElement), primary, own, failing ? "the last attempt to copy failed" : null);
    }

    private static DateTimeOffset? Time(JsonElement status, string name) =>
        status.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) && time.Year > 1 ? time : null;

    /// <summary>"ACL not found" in the light of what is known without asking: the token's form, and whether this session saw it valid.</summary>
    public static ConsulFinding Known(ConsulFinding fault, ConsulKvSession session)
    {
        if (fault.Code != "Acl.TokenNotFound" || session.Token is not { } token) return fault;
        (string, object?)[] evidence = [("key", fault.Evidence["key"]), ("address", session.Address), ("datacenter", session.Datacenter), ("accessor", session.TokenSeen?.Accessor)];
        if (session.TokenSeen is { } seen)
            return seen.Expires is { } expired && expired <= session.Time.GetUtcNow()
                ? ConsulFinding.Create("Acl.TokenExpired", [.. evidence, ("notAfter", expired.ToString("u", CultureInfo.InvariantCulture))])
                : ConsulFinding.Create("Acl.TokenDeleted", evidence);
        // A token may be made with a SecretID of any case, so its form is a hint only after Consul has said that it knows no such token.
        if (Guid.TryParse(token.Reveal(), out var id) && token.Reveal() != id.ToString("D"))
            return ConsulFinding.Create("Config.TokenQuotedOrCase", [.. evidence, ("source", session.Configuration.First(row => row.Name == "Token").Source), ("problem", "it is a UUID but not in lower case with four dashes")]);
        return Guid.TryParseExact(token.Reveal(), "D", out _) ? fault : ConsulFinding.Create("Acl.TokenMalformed", evidence);
    }

    /// <summary>No such token, and yet the authorizer answers instead of refusing: either it did not arrive, or the agent alone knows it.</summary>
    public async Task<ConsulFinding> OfUnknownButAnsweredAsync(string key, CancellationToken cancellation) =>
        Create(await IsAgentTokenAsync(cancellation).ConfigureAwait(false) ? "Acl.AgentMasterToken" : "Acl.BearerStrippedByProxy", key);

    /// <summary>The recovery token opens the agent's own endpoints, which nobody else may read.</summary>
    private async Task<bool> IsAgentTokenAsync(CancellationToken cancellation)
    {
        using var with = await client.TryReadAsync("/v1/agent/self", cancellation).ConfigureAwait(false);
        if (with is null) return false;
        using var without = await client.TryReadAsync("/v1/agent/self", cancellation, withToken: false).ConfigureAwait(false);
        return without is null;
    }

    // All accessors are read and compared here: a secret has no place in a URL.
    private async Task<bool> IsAccessorAsync(string secret, CancellationToken cancellation)
    {
        if (admin is null) return false;
        using var tokens = await admin.TryReadAsync("/v1/acl/tokens", cancellation).ConfigureAwait(false);
        return tokens is { RootElement.ValueKind: JsonValueKind.Array }
            && tokens.RootElement.EnumerateArray().Any(token => token.TryGetProperty("AccessorID", out var accessor) && string.Equals(accessor.GetString(), secret, StringComparison.OrdinalIgnoreCase));
    }
}
