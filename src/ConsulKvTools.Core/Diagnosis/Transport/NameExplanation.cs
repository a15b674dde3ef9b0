using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>Why a name that the system could not resolve cannot be resolved, by asking its name servers one by one.</summary>
internal static class NameExplanation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    // A server that answers beats one that does not, a plain no beats an excuse.
    private static readonly DnsOutcome[] MostTellingFirst =
    [
        DnsOutcome.Addresses, DnsOutcome.NameError, DnsOutcome.NoData, DnsOutcome.Refused, DnsOutcome.ServerFailure, DnsOutcome.Other,
        DnsOutcome.TimedOut, DnsOutcome.NotListening,
    ];

    /// <summary>The code and what the servers said; <paramref name="fallback"/> where they contradict the system.</summary>
    public static async Task<(string Code, (string, object?)[] Evidence)> ExplainAsync(
        string host, string fallback, ResolverSettings settings, CancellationToken cancellation)
    {
        var name = AsciiName(host);
        var replies = await Task.WhenAll(settings.Servers.SelectMany(server => new[]
        {
            DnsQuestion.AskAsync(server, name, DnsQuestion.TypeA, Patience, cancellation),
            DnsQuestion.AskAsync(server, name, DnsQuestion.TypeAaaa, Patience, cancellation),
        })).ConfigureAwait(false);
        var telling = replies.OrderBy(reply => Array.IndexOf(MostTellingFirst, reply.Outcome)).FirstOrDefault();
        if (telling is null) return (fallback, []);
        var addresses = replies.SelectMany(reply => reply.Addresses).Distinct().ToArray();
        return (CodeOf(telling.Outcome, addresses, fallback),
        [
            ("resolver", telling.Server.Address.ToString()),
            ("answer", addresses.Length > 0 ? string.Join(", ", addresses.Select(one => one.ToString())) : telling.Outcome.ToString()),
            ("milliseconds", Math.Round(telling.Elapsed.TotalMilliseconds)),
            ("count", settings.Servers.Count),
        ]);
    }

    /// <summary>The name as it is asked for: punycode where it has letters beyond ASCII.</summary>
    public static string AsciiName(string host)
    {
        try
        {
            return host.All(letter => letter < 128) ? host : new System.Globalization.IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            return host;
        }
    }

    private static bool IsUnusable(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? !Socket.OSSupportsIPv6 : !Socket.OSSupportsIPv4;

    private static string CodeOf(DnsOutcome outcome, IPAddress[] addresses, string fallback) => outcome switch
    {
        // DNS knows addresses, yet the system gave none: those of a family that this machine does not have.
        DnsOutcome.Addresses => Array.TrueForAll(addresses, IsUnusable) ? "Dns.AddressFamilyMismatch" : fallback,
        DnsOutcome.NameError => "Dns.NameNotFound",
        DnsOutcome.NoData => "Dns.NoAddress",
        DnsOutcome.Refused => "Dns.ServerRefused",
        DnsOutcome.ServerFailure or DnsOutcome.Other => "Dns.ServerFailure",
        DnsOutcome.TimedOut => "Dns.ResolverTimeout",
        DnsOutcome.NotListening => "Dns.ResolverNotListening",
        _ => fallback,
    };
}
