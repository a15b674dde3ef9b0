using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether each of the host's addresses accepts a connection, tried all at once and timed one by one.</summary>
internal sealed class ConnectProbe : IProbe
{
    // Once one address has answered, another that takes this long is dead for every practical purpose.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    // A refusal costs nothing: localhost is ::1 too, and few agents listen there.
    private static readonly TimeSpan Painless = TimeSpan.FromMilliseconds(200);

    public string Name => "Tcp";

    public ConsulLayer Layer => ConsulLayer.Transport;

    public ConsulLayer? Needs => ConsulLayer.Name;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (target.Endpoint.SocketPath is { } path) return await TryUnixAsync(target, path, cancellation).ConfigureAwait(false);
        if (target.Proxy is { } proxy) return ProbeResults.Skipped($"the way leads through the proxy {proxy.Address}");
        var addresses = context.Facts.Find<ResolvedAddresses>()?.Addresses
            ?? (IPAddress.TryParse(target.Endpoint.Host, out var literal) ? [literal] : (IReadOnlyList<IPAddress>)[]);
        if (addresses.Count == 0) return ProbeResults.Skipped("there is no address to try");

        var attempts = await TryAllAsync(addresses, target.Endpoint.Port, context.TimeFor(target.ConnectTimeout), cancellation).ConfigureAwait(false);
        context.Facts.Publish(new ConnectFacts(attempts));
        var connected = attempts.Where(attempt => attempt.Error is null).OrderBy(attempt => attempt.Elapsed).ToArray();
        (string, object?)[] facts =
        [
            ("ConnectedAddress", connected.Length > 0 ? connected[0].Address.ToString() : null),
            ("ConnectTime", connected.Length > 0 ? connected[0].Elapsed : null),
            ("Attempts", attempts.Select(attempt => attempt.ToString()).ToArray()),
        ];
        if (connected.Length == 0)
        {
            var findings = await ExplainAsync(target, attempts, cancellation).ConfigureAwait(false);
            return ProbeResults.From(findings[findings.Count - 1].Title, findings, facts);
        }
        var dead = attempts.Where(attempt => attempt.Error is not null && attempt.Elapsed >= Painless).Select(attempt =>
            ConsulFinding.Create("Tcp.AddressPartlyDead", DialEvidence.Of(target.Endpoint, attempt.Address,
                ("seconds", Math.Round(attempt.Elapsed.TotalSeconds, 1)), ("problem", attempt.Error.ToString()), ("text", string.Join("; ", attempts))))).ToArray();
        return ProbeResults.From(
            $"{connected[0].Address} accepts connections after {DiagnosisText.Time(connected[0].Elapsed)}", dead, facts);
    }

    private static async Task<IReadOnlyList<AddressAttempt>> TryAllAsync(
        IReadOnlyList<IPAddress> addresses, int port, TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = Deadline.In(patience, cancellation);
        return await Task.WhenAll(addresses.Select(async address =>
        {
            var (socket, attempt) = await AddressRace.AttemptAsync(new IPEndPoint(address, port), deadline.Token).ConfigureAwait(false);
            if (socket is not null && patience > Grace) deadline.CancelAfter(Grace);
            socket?.Dispose();
            return attempt;
        })).ConfigureAwait(false);
    }

    private static async Task<ProbeResult> TryUnixAsync(DialTarget target, string path, CancellationToken cancellation)
    {
        try
        {
            using var connection = await Dialer.DialAsync(target, cancellation).ConfigureAwait(false);
            return ProbeResults.From($"{path} accepts connections", [], ("ConnectedAddress", path), ("ConnectTime", connection.Timings.Connect));
        }
        catch (ConsulTransportException failure)
        {
            var finding = failure.ToFinding();
            return ProbeResults.From(finding.Title, [finding]);
        }
    }

    private static async Task<IReadOnlyList<ConsulFinding>> ExplainAsync(
        DialTarget target, IReadOnlyList<AddressAttempt> attempts, CancellationToken cancellation)
    {
        var (code, attempt) = TcpFailure.MostTelling(attempts);
        var findings = new List<ConsulFinding>();
        if (attempts.Count > 0 && !target.Endpoint.IsLoopback && !IPAddress.TryParse(target.Endpoint.Host, out _)
            && await StaleName.FindAsync(target.Endpoint.Host, target.Endpoint.Port, attempts.Select(one => one.Address.Address).ToArray(), ResolverSettings.Read(), cancellation)
                .ConfigureAwait(false) is { } stale)
            findings.Add(ConsulFinding.Create("Dns.StaleAddress", DialEvidence.Of(target.Endpoint, attempt?.Address, stale)));
        if (code is "Tcp.Refused" or "Tcp.AddressFamilyUnavailable" && await OtherLoopbackAsync(attempts, cancellation).ConfigureAwait(false) is { } other)
            findings.Add(ConsulFinding.Create("Dns.AddressFamilyMismatch",
                DialEvidence.Of(target.Endpoint, attempt?.Address, ("answer", $"{other} accepts connections"), ("text", string.Join("; ", attempts)))));
        findings.Add(ConsulFinding.Create(code, DialEvidence.Of(target.Endpoint, attempt?.Address,
            ("seconds", attempt is null ? null : Math.Round(attempt.Elapsed.TotalSeconds, 1)), ("problem", attempt?.Error.ToString()), ("text", string.Join("; ", attempts)))));
        return findings;
    }

    // Somebody who says [::1] where the agent listens on 127.0.0.1 only, or the other way round.
    private static async Task<IPEndPoint?> OtherLoopbackAsync(IReadOnlyList<AddressAttempt> attempts, CancellationToken cancellation)
    {
        if (attempts.Count != 1 || !IPAddress.IsLoopback(attempts[0].Address.Address)) return null;
        var other = new IPEndPoint(
            attempts[0].Address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.IPv6Loopback : IPAddress.Loopback, attempts[0].Address.Port);
        var (socket, _) = await AddressRace.AttemptAsync(other, cancellation).ConfigureAwait(false);
        if (socket is null) return null;
        socket.Dispose();
        return other;
    }
}
