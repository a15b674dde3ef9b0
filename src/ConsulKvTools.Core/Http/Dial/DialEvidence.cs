using System.Net;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>The evidence that every failure of a dial carries: where it was going.</summary>
internal static class DialEvidence
{
    public static (string Name, object? Value)[] Of(DialTarget target, DialTrace trace, params (string Name, object? Value)[] more) =>
        Of(target.Endpoint, trace.Remote, more);

    public static (string Name, object? Value)[] Of(ConsulEndpoint endpoint, EndPoint? remote, params (string Name, object? Value)[] more) =>
        endpoint.SocketPath is { } path
            ? [("address", endpoint.ToString()), ("socket", path), .. more]
            : [("address", endpoint.ToString()), ("host", endpoint.Host), ("port", endpoint.Port), ("ip", (remote as IPEndPoint)?.Address.ToString()), .. more];
}
