namespace ConsulKvTools.Cli.Json;

/// <summary>One root cause of a series.</summary>
internal sealed record CauseDocument(string Code, ConsulLayer Layer, string Title, int Count, double Share, DateTimeOffset FirstSeen, DateTimeOffset LastSeen)
{
    public static CauseDocument Of(ConsulDiagnosisCause cause) => new(cause.Code, cause.Layer, cause.Title, cause.Count, cause.Share, cause.FirstSeen, cause.LastSeen);
}
