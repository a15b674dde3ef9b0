using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Acl;

/// <summary>Who the session's token is: <c>GET /v1/acl/token/self</c>, which any valid token may ask.</summary>
internal sealed record AclStanding
{
    public required AclMode Mode { get; init; }

    /// <summary>The token; null when it is unknown, anonymous or cannot be seen.</summary>
    public AclToken? Token { get; init; }

    /// <summary>True when Consul says that it knows no such token. Also said when none is sent.</summary>
    public bool NotFound { get; init; }

    /// <summary>True when the agent could not find out: its way to whoever keeps the tokens is broken.</summary>
    public bool Unresolved { get; init; }

    public static async Task<AclStanding> LookAsync(AclClient client, CancellationToken cancellation)
    {
        // Always asked of the agent's own datacenter: that is where local tokens are known.
        var response = await client.GetAsync("/v1/acl/token/self", cancellation).ConfigureAwait(false);
        return response.Status switch
        {
            200 => Read(response),
            401 => new AclStanding { Mode = AclMode.OffAtAgent },
            403 or 404 when response.Text.IndexOf("not found", StringComparison.Ordinal) >= 0 || response.Text.IndexOf("does not exist", StringComparison.Ordinal) >= 0 =>
                new AclStanding { Mode = AclMode.Enforced, NotFound = true },
            // The agent asked its servers, and they have ACLs off.
            500 when response.Text.IndexOf("ACL support disabled", StringComparison.Ordinal) >= 0 => new AclStanding { Mode = AclMode.Off },
            500 when response.Text.IndexOf("Cannot resolve root ACL", StringComparison.Ordinal) >= 0 => new AclStanding { Mode = AclMode.Enforced },
            500 => new AclStanding { Mode = AclMode.Unknown, Unresolved = true },
            _ => new AclStanding { Mode = AclMode.Unknown },
        };
    }

    private static AclStanding Read(ConsulResponse response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            return new AclStanding { Mode = AclMode.Enforced, Token = AclToken.Read(document.RootElement) };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new AclStanding { Mode = AclMode.Unknown };
        }
    }
}
