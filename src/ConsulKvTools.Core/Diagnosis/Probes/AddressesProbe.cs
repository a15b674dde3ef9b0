using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>
/// Whether Consul answers at every address of the name that accepts connections. A client takes one of them: where one is another
/// machine by now, the same write succeeds and fails by turns.
/// </summary>
internal sealed class AddressesProbe : IProbe
{
    private const int Most = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Name => "Addresses";

    public ConsulLayer Layer => ConsulLayer.Http;

    public ConsulLayer? Needs => ConsulLayer.Transport;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        var open = context.Facts.Find<ConnectFacts>()?.Attempts.Where(attempt => attempt.Error is null).Take(Most).ToArray() ?? [];
        if (open.Length < 2) return ProbeResults.Skipped("there are not several addresses to compare");
        var answers = await Task.WhenAll(open.Select(attempt => AskAsync(target, attempt.Address, context, cancellation))).ConfigureAwait(false);
        if (!answers.Any(answer => answer.IsConsul == true)) return ProbeResults.Skipped("Consul answers at none of the addresses");
        var stale = answers.Where(answer => answer.IsConsul == false).ToArray();
        if (stale.Length == 0) return ProbeResults.From($"Consul answers at {open.Length} addresses", []);
        var finding = ConsulFinding.Create("Dns.StaleAddress", DialEvidence.Of(target.Endpoint, stale[0].Address,
            ("answer", stale[0].Said), ("text", string.Join("; ", answers.Select(answer => $"{answer.Address.Address}: {answer.Said}")))));
        return ProbeResults.From(finding.Title, [finding]) with { Blocks = false };
    }

    /// <summary>True for Consul, false for what is proven not to be, null for what may be either.</summary>
    private static async Task<(IPEndPoint Address, bool? IsConsul, string Said)> AskAsync(
        DialTarget target, IPEndPoint address, ProbeContext context, CancellationToken cancellation)
    {
        // The name stays the one to be checked in the certificate; only the way to it is chosen here.
        var one = target with
        {
            Endpoint = target.Endpoint with { Host = address.Address.ToString() },
            Tls = target.Tls with { ServerName = target.Tls.ServerName ?? target.Endpoint.Host },
            ConnectTimeout = context.TimeFor(target.ConnectTimeout),
        };
        try
        {
            using var connection = await Dialer.DialAsync(one, new DialTrace(), SslProtocols.None, cancellation).ConfigureAwait(false);
            var answer = await RawQuestion.AskAsync(connection.Stream, ConsulWire.Get(target.Endpoint.Authority), context.TimeFor(Patience), _ => false, cancellation).ConfigureAwait(false);
            return (address, IsConsul(answer), Said(answer));
        }
        catch (ConsulTransportException failure)
        {
            return (address, failure.Phase == DialPhase.Tls && failure.Code is not ("Tls.HandshakeTimeout" or "Tls.HandshakeStalled") ? false : null, failure.Code);
        }
    }

    private static bool? IsConsul(RawAnswer answer)
    {
        if (answer.Ending == Ending.Silence) return null;
        var head = ProxyAnswer.Parse(answer.Bytes);
        if (head.Status == 200)
        {
            var end = answer.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var body = answer.Text.Substring(end < 0 ? answer.Text.Length : end + 4).Trim();
            try
            {
                using var document = JsonDocument.Parse(body);
                return document.RootElement.ValueKind == JsonValueKind.String;
            }
            catch (JsonException)
            {
                return false;
            }
        }
        // An agent that is overloaded or has no servers says so in these.
        return head.Status is 403 or 429 or >= 500 ? null : false;
    }

    private static string Said(RawAnswer answer) => answer.IsEmpty ? answer.Ending.ToString() : TlsFailure.Printable(answer.Bytes.AsSpan(0, Math.Min(answer.Bytes.Length, 64)));
}
