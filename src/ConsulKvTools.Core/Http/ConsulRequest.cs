namespace ConsulKvTools.Http;

/// <summary>One request to the agent.</summary>
internal sealed record ConsulRequest
{
    /// <summary>GET, PUT, POST, DELETE or OPTIONS.</summary>
    public required string Method { get; init; }

    /// <summary>Path from <c>/v1/</c> on, already escaped: it is sent byte for byte.</summary>
    public required string Path { get; init; }

    /// <summary>Query without the question mark, already escaped; empty for none. Never holds a token.</summary>
    public string Query { get; init; } = "";

    /// <summary>The body; null sends none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>False for questions that need no token: it then stays at home.</summary>
    public bool SendToken { get; init; } = true;

    /// <summary>False keeps datacenter, namespace and partition out of the query, for endpoints that have none.</summary>
    public bool SendScope { get; init; } = true;

    /// <summary>Bytes of body to accept at most.</summary>
    public long MaxBody { get; init; } = 8 * 1024 * 1024;

    /// <summary>What goes out as <c>X-Request-Id</c>, the name that proxies log; null sends none.</summary>
    public Guid? Id { get; init; }

    /// <summary>True for a question that is asked by PUT: a transaction that only reads.</summary>
    public bool ChangesNothing { get; init; }

    /// <summary>True makes a lost answer ambiguous: the request changes data.</summary>
    public bool IsWrite => !ChangesNothing && (Method is "PUT" or "DELETE" || (Method is "POST" && !Path.StartsWith("/v1/internal/", StringComparison.Ordinal)));

    /// <summary>A GET of <paramref name="path"/>.</summary>
    public static ConsulRequest Get(string path, string query = "") => new() { Method = "GET", Path = path, Query = query };
}
