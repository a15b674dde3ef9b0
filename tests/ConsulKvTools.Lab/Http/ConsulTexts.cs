namespace ConsulKvTools.Lab;

/// <summary>What newer Consul versions answer, ready to be put into a script. Taken from their sources and change log, not measured.</summary>
public static class ConsulTexts
{
    /// <summary>A denial for a known token, 1.12 and later.</summary>
    /// <param name="accessorId">The token's accessor.</param>
    /// <param name="permission"><c>key:write</c>, <c>key:read</c>, <c>session:write</c>, …</param>
    /// <param name="resource">The key or name.</param>
    public static string PermissionDenied(string accessorId, string permission, string resource) =>
        $"Permission denied: token with AccessorID '{accessorId}' lacks permission '{permission}' on \"{resource}\"";

    /// <summary>A denial for a request without token, 1.15 and later; 1.12 to 1.14 name the anonymous token's accessor instead.</summary>
    public static string AnonymousDenied(string permission, string resource) =>
        $"Permission denied: anonymous token lacks permission '{permission}' on \"{resource}\". "
        + "The anonymous token is used implicitly when a request does not specify a token.";

    /// <summary>403: no such token.</summary>
    public const string AclNotFound = "ACL not found";

    /// <summary>404 of /v1/acl/token/self for an unknown token, 1.15 and later.</summary>
    public const string TokenDoesNotExist = "Supplied token does not exist";

    /// <summary>403 with a token before the ACL system was bootstrapped, 1.15 and later.</summary>
    public const string NotBootstrapped = "ACL system must be bootstrapped before making any requests that require authorization: ACL not found";

    /// <summary>429 of <c>limits.request_limits</c>, 1.15 and later.</summary>
    public const string RateLimitedTryOther = "rate limit exceeded, try again later or against a different server";

    /// <summary>503 of <c>limits.request_limits</c> for what only the leader can do, writes among it, 1.15 and later.</summary>
    public const string RateLimited = "rate limit exceeded, try again later";

    /// <summary>The body of the 429 for too many connections from one address, since mid-2020.</summary>
    public const string TooManyConnections = "Your IP is issuing too many concurrent connections, please rate limit your calls\n";

    /// <summary>500: the gossip does not know the leader that Raft names, since January 2021.</summary>
    public const string LeaderNotTracked = "Raft leader not found in server lookup mapping";

    /// <summary>500: nobody leads.</summary>
    public const string NoClusterLeader = "No cluster leader";

    /// <summary>500: a server did not answer within <c>limits.rpc_client_timeout</c>, 1.13.3 and later.</summary>
    public const string RpcDeadlineReached = "rpc error making call: i/o deadline reached";

    /// <summary>500: a server died or hung up in the middle of the call.</summary>
    public const string RpcEof = "rpc error making call: EOF";

    /// <summary>500: the leader lost its office while it wrote; the value may be stored all the same.</summary>
    public const string LeadershipLost = "leadership lost while committing log";

    /// <summary>500 for keys with blanks, colons and the like in 1.21.5 only.</summary>
    public const string KeyRegex = "invalid key name, keys should respect the \"^[a-zA-Z0-9,_./\\-?&=]+$\" format";

    /// <summary>404 for a path that is no endpoint.</summary>
    public const string NotAnEndpoint = "Invalid URL path: not a recognized HTTP API endpoint";

    /// <summary>404 for a path outside /v1.</summary>
    public const string NotTheApi = "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'";

    /// <summary>What GET / says without the UI.</summary>
    public const string UiDisabled = "Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.";

    /// <summary>413 for a value over the limit, in the words of newer versions.</summary>
    public static string ValueTooLarge(long bytes, long limit = 524288) =>
        $"Request body({bytes} bytes) too large, max size: {limit} bytes. See https://developer.hashicorp.com/docs/agent/config/config-files#kv_max_value_size.";

    /// <summary>413 for a transaction over the limit, 128 from 1.14 on.</summary>
    public static string TooManyOperations(int operations, int limit = 128) => $"Transaction contains too many operations ({operations} > {limit})";
}
