using System.Text.Json;

namespace ConsulKvTools.Acl;

/// <summary>A name of Consul's with its id.</summary>
internal readonly record struct AclLink(string Id, string Name);

/// <summary>A token as <c>/v1/acl/token/self</c> shows it, without its secret.</summary>
internal sealed record AclToken
{
    public const string AnonymousAccessor = "00000000-0000-0000-0000-000000000002";

    public const string ManagementPolicy = "00000000-0000-0000-0000-000000000001";

    public required string Accessor { get; init; }

    public IReadOnlyList<AclLink> Policies { get; init; } = [];

    public IReadOnlyList<AclLink> Roles { get; init; } = [];

    /// <summary>Service, node and templated identities: <c>service-identity:web</c>. None of them grants anything on keys or lock sessions.</summary>
    public IReadOnlyList<string> Identities { get; init; } = [];

    /// <summary>True when it counts only in the datacenter it was made in.</summary>
    public bool Local { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>Rules of a token from before 1.4; null for today's tokens.</summary>
    public string? LegacyRules { get; init; }

    /// <summary>True for a token from before 1.4: it has rules of its own, or, with all rights, neither policies nor a time it was made.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>True when one of its roles has the management policy: the token itself names the role only.</summary>
    public bool HasManagementRole { get; init; }

    public bool IsManagement => HasManagementRole || Policies.Any(policy => policy.Id == ManagementPolicy);

    public bool IsAnonymous => Accessor == AnonymousAccessor;

    /// <summary>Reads a token or, for its policies and identities, a role.</summary>
    public static AclToken Read(JsonElement token) => new()
    {
        Accessor = Text(token, "AccessorID") ?? "",
        Policies = Links(token, "Policies"),
        Roles = Links(token, "Roles"),
        Identities = [.. Names(token, "ServiceIdentities", "ServiceName", "service-identity:"), .. Names(token, "NodeIdentities", "NodeName", "node-identity:"),
            .. Names(token, "TemplatedPolicies", "TemplateName", "templated:")],
        Local = token.TryGetProperty("Local", out var local) && local.ValueKind == JsonValueKind.True,
        Expires = token.TryGetProperty("ExpirationTime", out var expires) && expires.ValueKind == JsonValueKind.String && expires.TryGetDateTimeOffset(out var when) ? when : null,
        // 1.8.7 shows rules of the token's own for legacy tokens only, and no "Legacy" beside them.
        LegacyRules = Text(token, "Rules") is { Length: > 0 } rules ? rules : null,
        IsLegacy = Text(token, "Rules") is { Length: > 0 } || (token.TryGetProperty("Legacy", out var legacy) && legacy.ValueKind == JsonValueKind.True)
            || (Text(token, "CreateTime")?.StartsWith("0001-01-01", StringComparison.Ordinal) == true && !Rows(token, "Policies").Any() && !Rows(token, "Roles").Any()),
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<JsonElement> Rows(JsonElement element, string name) =>
        element.TryGetProperty(name, out var rows) && rows.ValueKind == JsonValueKind.Array ? rows.EnumerateArray() : [];

    private static AclLink[] Links(JsonElement element, string name) => [.. Rows(element, name).Select(row => new AclLink(Text(row, "ID") ?? "", Text(row, "Name") ?? ""))];

    private static IEnumerable<string> Names(JsonElement element, string name, string member, string kind) => Rows(element, name).Select(row => kind + Text(row, member));
}
