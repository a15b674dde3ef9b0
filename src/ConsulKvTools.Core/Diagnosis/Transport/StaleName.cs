using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>
/// Whether a dead address is one that the name servers do not give any more: a hosts file or a cache of this machine then holds an old
/// answer. Said only when the servers' present address accepts connections where the old one does not.
/// </summary>
internal static class StaleName
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Evidence of it; null when the servers give the same, give nothing, or their answer is dead too.</summary>
    /// <param name="host">The name.</param>
    /// <param name="port">The agent's port.</param>
    /// <param name="dead">Addresses this machine has for it, none of which accepts connections.</param>
    /// <param name="settings">Whom to ask.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<(string Name, object? Value)[]?> FindAsync(
        string host, int port, IReadOnlyList<IPAddress> dead, ResolverSettings settings, CancellationToken cancellation)
    {
        var name = NameExplanation.AsciiName(host);
        var types = dead.Select(address => address.AddressFamily == AddressFamily.InterNetworkV6 ? DnsQuestion.TypeAaaa : DnsQuestion.TypeA).Distinct();
        var replies = await Task.WhenAll(settings.Servers.Take(3).SelectMany(server => types.Select(type => DnsQuestion.AskAsync(server, name, type, Patience, cancellation))))
            .ConfigureAwait(false);
        var telling = replies.FirstOrDefault(reply => reply.Addresses.Count > 0);
        var present = replies.SelectMany(reply => reply.Addresses).Distinct().ToArray();
        if (telling is null || dead.Any(present.Contains)) return null;
        using var deadline = Deadline.In(Patience, cancellation);
        var attempts = await Task.WhenAll(present.Select(address => AddressRace.AttemptAsync(new IPEndPoint(address, port), deadline.Token))).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        foreach (var (socket, _) in attempts) socket?.Dispose();
        if (!attempts.Any(one => one.Socket is not null)) return null;
        return
        [
            ("answer", string.Join(", ", present.Select(address => address.ToString()))), ("resolver", telling.Server.Address.ToString()),
            ("text", ResolverSettings.IsInHostsFile(host)
                ? "this machine's hosts file gives the old address, the name server another one, which accepts connections"
                : "this machine's resolver gives the old address from a cache, the name server another one, which accepts connections"),
        ];
    }
}
